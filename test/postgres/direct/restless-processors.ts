import { abortableSleep } from "../../../processor/abortable-sleep.ts";
import type { DirectDatabase } from "../../../processor/adapters/direct/direct-database.ts";
import { createEarlySleep } from "../../../processor/adapters/direct/early-sleep.ts";
import { jobClientOver } from "../../../processor/adapters/job-client.ts";
import { runJobLoop } from "../../../processor/jobs/loop/job-loop.ts";
import type { HeldJobEnd } from "../../../processor/jobs/loop/run-claimed-job.ts";
import { woken } from "../../../processor/jobs/loop/waiting.ts";
import { createLogger } from "../../../processor/log.ts";
import type { WorkOrder } from "../../../shared/application/protocols/job-protocol.ts";
import { ConnectionFault } from "../../../shared/persistence/pg/faults.ts";
import { listen } from "../../../shared/persistence/pg/listen.ts";
import { LADDER, variantOf } from "../../contract/steps.ts";
import { openDirect } from "./open-direct.ts";

export const REPORT = {
  durationSeconds: 18,
  probe: { container: "mp4", headerDuration: 18, video: null, audio: null },
  warnings: [],
  variants: LADDER.map(variantOf),
};

export type Restless = {
  /** As SIGKILL does: nothing that it held is returned. */
  kill(): Promise<void>;
  stop(): Promise<void>;
};

type Options = {
  readonly url: string;
  readonly fetch: (request: Request) => Promise<Response>;
  /** From 0 to 1. */
  readonly random: () => number;
  /** How many of the replies of the database are lost, from 0 to 1. */
  readonly lost: number;
  readonly workMs: number;
  readonly owner: string;
  readonly onEnd: (order: WorkOrder, end: HeldJobEnd) => void;
};

/** A processor with its loop, its listener and its connections, whose work is invented. */
export function startRestless({ url, fetch, random, lost, workMs, owner, onEnd }: Options): Restless {
  const fate = { isDead: false };
  const stop = new AbortController();
  const { sleep, wakeAll } = createEarlySleep(abortableSleep);
  const direct = openDirect({
    ...{ url, fetch, connections: 2, sleep },
    faulty: (database) =>
      losingReplies(
        database,
        () => fate.isDead,
        () => random() < lost,
      ),
  });
  const client = jobClientOver(direct.service);
  // As in processor/cli/open-jobs.ts: what has failed is tried again once the listener is connected again.
  const afterFailure = (ms: number, signal: AbortSignal) => sleep(ms, signal).then(nothing, nothing);
  const waiting = woken(() => 30_000, random, afterFailure);
  const listening = listen({
    ...{ client: { connectionString: url, application_name: "processor" }, random, signal: stop.signal },
    onWake: waiting.wake,
    onState: ({ kind }) => {
      if (kind === "listening") wakeAll();
    },
  });
  const loop = runJobLoop({
    ...{ client, waiting, random, stop: stop.signal, log: createLogger({ level: "silent", secrets: [] }) },
    ...{ owner, concurrency: 2, pollMs: 50, heartbeatMs: 400, finalReportTimeoutMs: 5_000 },
    observer: {
      claiming: () => {},
      claimed: () => {},
      reported: () => {},
      ended: (order, end) => fate.isDead || onEnd(order, end),
    },
    run: async (order, { signal }) => {
      await abortableSleep(workMs * (0.5 + random()), signal);
      if (order.kind === "TRANSCODE")
        return { kind: "done", record: async (end) => void (await client.recordTranscode(order, REPORT, end)) };
      const { keyVersion } = await client.keys(order, signal);
      return {
        kind: "done",
        record: (end) => client.recordEncrypt(order, { keyVersion, variants: order.variants }, end),
      };
    },
  });
  const ended = async () => {
    stop.abort();
    await Promise.all([loop, listening]);
    await direct.settled();
    await direct.end();
  };
  return {
    kill: () => {
      fate.isDead = true;
      return ended();
    },
    stop: ended,
  };
}

const nothing = () => {};

/** Every method of the stores that a job service writes with; the database has done what it was asked for. */
function losingReplies(database: DirectDatabase, isDead: () => boolean, isLost: () => boolean): DirectDatabase {
  const losing = <Store extends object>(store: Store): Store =>
    new Proxy(store, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...given: unknown[]) => Promise<unknown>;
        return async (...given: unknown[]) => {
          if (isDead()) throw new ConnectionFault(new Error("killed"));
          const result = await method(...given);
          if (isDead() || isLost()) throw new ConnectionFault(new Error("the reply was lost"));
          return result;
        };
      },
    });
  return {
    ...database,
    persistence: (rules) => {
      const persistence = database.persistence(rules);
      return { ...persistence, jobs: losing(persistence.jobs), posts: losing(persistence.posts) };
    },
  };
}
