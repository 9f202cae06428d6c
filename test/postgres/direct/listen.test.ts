import { beforeAll, describe, expect, inject, it } from "vitest";
import { withOneClient } from "../../../shared/persistence/pg/clients.ts";
import { JOBS_CHANNEL, type ListenerState, listen } from "../../../shared/persistence/pg/listen.ts";
import { savePost } from "../../contract/steps.ts";
import { openTestDatabase } from "../pg-persistence.ts";
import { type RestartableServer, startRestartable } from "../restartable-server.ts";
import { refuseListen, renameBackend } from "./session-proxy.ts";

const shared = await openTestDatabase(inject("postgresNewest"));

type Listening = AsyncDisposable & {
  readonly states: ListenerState[];
  wakes: number;
  kinds(): string[];
};

function startListening(url: string, pollMs = 60_000): Listening {
  const stop = new AbortController();
  const states: ListenerState[] = [];
  const listening: Listening = {
    states,
    wakes: 0,
    kinds: () => states.map(({ kind }) => kind),
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await done;
    },
  };
  const done = listen({
    client: { connectionString: url, application_name: "listener under test" },
    onWake: () => {
      listening.wakes += 1;
    },
    onState: (state) => states.push(state),
    signal: stop.signal,
    random: Math.random,
    pollMs,
  });
  return listening;
}

const execute = (url: string, text: string) =>
  withOneClient({ connectionString: url, application_name: "test" }, (client) => client.query({ text }));

const ofListener = "FROM pg_stat_activity WHERE application_name = 'listener under test'";

const listens = (listening: Listening) =>
  expect.poll(() => listening.kinds().at(-1), { interval: 5 }).toBe("listening");

describe("a listener", () => {
  it("wakes once it listens, when a job is queued, and when one is requeued", async () => {
    const persistence = await shared.open();
    await using listening = startListening(shared.url);
    await expect.poll(() => listening.wakes).toBe(1);
    expect(listening.states).toEqual([{ kind: "connecting" }, { kind: "listening", pooled: false }]);
    const post = await savePost(persistence);
    await expect.poll(() => listening.wakes).toBe(2);
    const lease = { leaseToken: "a-lease-token-of-22-letters", owner: "tester", now: post.createdAt, leaseMs: 1000 };
    const claimed = await persistence.jobs.claim({ ...lease, kinds: ["TRANSCODE"] });
    await persistence.jobs.release({ jobId: claimed!.job.jobId, ...lease });
    await expect.poll(() => listening.wakes).toBe(3);
  });

  it("wakes with each poll, though nothing notifies it", async () => {
    await using listening = startListening(shared.url, 20);
    await expect.poll(() => listening.wakes).toBeGreaterThan(4);
    expect(listening.kinds()).toEqual(["connecting", "listening"]);
  });

  it("listens again and wakes when its connection was terminated", async () => {
    await using listening = startListening(shared.url);
    await listens(listening);
    await execute(shared.url, `SELECT pg_terminate_backend(pid) ${ofListener}`);
    await expect
      .poll(() => listening.kinds())
      .toEqual(["connecting", "listening", "waiting", "connecting", "listening"]);
    await expect.poll(() => listening.wakes).toBe(2);
    await execute(shared.url, `NOTIFY ${JOBS_CHANNEL}`);
    await expect.poll(() => listening.wakes).toBe(3);
  });

  it("finds with its next poll that the server is frozen, and listens over another connection", async () => {
    await using listening = startListening(shared.url, 100);
    await listens(listening);
    const { rows } = await execute(shared.url, `SELECT pid ${ofListener} ORDER BY backend_start DESC LIMIT 1`);
    const pid = Number(rows[0]!.pid);
    process.kill(pid, "SIGSTOP");
    try {
      await expect.poll(() => listening.kinds().filter((kind) => kind === "listening")).toHaveLength(2);
    } finally {
      process.kill(pid, "SIGCONT");
    }
  });

  it("says where LISTEN is refused, and tries again", async () => {
    await using proxy = await refuseListen(shared.url);
    await using listening = startListening(proxy.url);
    await expect.poll(() => listening.kinds().filter((kind) => kind === "waiting").length).toBeGreaterThan(1);
    expect(listening.states.find(({ kind }) => kind === "waiting")).toMatchObject({
      refused: true,
      error: { message: expect.stringContaining("use the address of the Postgres server") },
    });
    expect(listening.wakes).toBe(0);
  });

  it("notices that a pooler answers, though LISTEN succeeds", async () => {
    await using proxy = await renameBackend(shared.url);
    await using listening = startListening(proxy.url);
    await listens(listening);
    expect(listening.states.at(-1)).toEqual({ kind: "listening", pooled: true });
  });
});

describe("a listener of a server that is away", () => {
  let server: RestartableServer;
  beforeAll(async () => {
    server = await startRestartable(inject("postgresBinaries"));
    return server.remove;
  });

  it("keeps trying, and listens soon after the return", async () => {
    await using listening = startListening(server.url("postgres"));
    await listens(listening);
    await server.stop();
    await expect.poll(() => listening.kinds().filter((kind) => kind === "waiting").length).toBeGreaterThan(3);
    expect(listening.states.some((state) => state.kind === "waiting" && state.refused)).toBe(false);
    const wakes = listening.wakes;
    await server.start();
    await listens(listening);
    await expect.poll(() => listening.wakes).toBeGreaterThan(wakes);
  });
});
