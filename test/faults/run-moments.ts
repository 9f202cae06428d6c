import { childrenOf } from "../../scripts/dev/process-tree.ts";
import type { FaultProxy } from "./fault-proxy.ts";
import { type LogLine, openRunLog } from "./run-log.ts";

/*
 * What runs are doing, as their log and their requests show it: blows at fixed intervals would meet a slow machine's runs
 * before they have claimed anything.
 */

/** In the order in which one run makes a part. */
export const MOMENTS = [
  /** The process exists. */
  "started",
  "claimed",
  /** The first clear segment arrives at the store. */
  "first-segment",
  /** A later one does. */
  "uploading",
  /** The transcode result is saved, and its reply is on its way. */
  "between",
  /** Ciphertext arrives at the store. */
  "encrypting",
  /** The encrypt result is saved, and its reply is on its way. */
  "saved",
] as const;
export type Moment = (typeof MOMENTS)[number];

export type MomentWatch = {
  stop(): void;
};

type Watched = {
  readonly launcher: { readonly pid: number; readonly logPath: string };
  readonly proxy: FaultProxy;
  /** Called at once: the process is still where the moment says. */
  readonly onMoment: (pid: number, moment: Moment, jobId: string | null) => void;
};

const LOOK_MS = 10;
/** Of one prefix. The shortest clip has two. */
const LATER_OBJECT = 2;

export function watchMoments({ launcher, proxy, onMoment }: Watched): MomentWatch {
  const log = openRunLog(launcher.logPath);
  const known = new Set<number>();
  const holders = new Map<string, number>();
  /** Who writes below which prefix, and how many objects came so far. */
  const writers = new Map<string, { pid: number; jobId: string | null; objects: number }>();

  const greet = (jobId: string | null) => {
    for (const pid of childrenOf(launcher.pid)) {
      if (known.has(pid)) continue;
      known.add(pid);
      onMoment(pid, "started", jobId);
    }
  };
  const take = ({ pid, msg, kind, end, clearPrefix, encryptedPrefix, ...line }: LogLine) => {
    const jobId = line.jobId ?? null;
    const prefix = clearPrefix ?? encryptedPrefix;
    if (prefix !== undefined) writers.set(prefix, { pid, jobId, objects: 0 });
    if (msg === "run started") greet(jobId);
    if (msg === "job claimed" && jobId !== null) {
      holders.set(jobId, pid);
      if (kind === "TRANSCODE") onMoment(pid, "claimed", jobId);
    }
    // Where the processors save in the database, no reply passes the proxy.
    if (msg === "job ended" && end === "recorded") onMoment(pid, kind === "TRANSCODE" ? "between" : "saved", jobId);
  };
  const look = () => {
    for (const line of log.news()) take(line);
  };

  proxy.watch({
    arrives: (method, path) => {
      if (method !== "PUT") return;
      look();
      const [prefix, writer] = [...writers].find(([one]) => decodeURIComponent(path).includes(`/${one}`)) ?? [];
      if (prefix === undefined || writer === undefined) return;
      writer.objects++;
      const { pid, jobId, objects } = writer;
      if (prefix.includes("/enc/")) {
        if (objects === LATER_OBJECT) onMoment(pid, "encrypting", jobId);
      } else if (objects === 1) onMoment(pid, "first-segment", jobId);
      else if (objects === LATER_OBJECT) onMoment(pid, "uploading", jobId);
    },
    answered: (path, status) => {
      const [, jobId = "", result] = /\/internal\/jobs\/([^/]+)\/(transcode|encrypt)-result$/.exec(path) ?? [];
      const pid = holders.get(jobId);
      if (pid === undefined || status >= 300) return;
      onMoment(pid, result === "transcode" ? "between" : "saved", jobId);
    },
  });
  const timer = setInterval(look, LOOK_MS);
  return {
    stop: () => {
      clearInterval(timer);
      proxy.watch(null);
      log.close();
    },
  };
}
