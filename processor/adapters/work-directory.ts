import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, statfs, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Logger } from "../log.ts";
import { isAlive } from "./process-state.ts";

/** A directory that one job alone uses and that is gone after it. */
export type WorkDirectory = AsyncDisposable & {
  readonly path: string;
  /** Makes a directory in it. */
  folder(name: string): Promise<string>;
};

/** The files of this process: working directories, and clear renditions that wait for their encryption. */
export type WorkRoot = {
  open(jobId: string): Promise<WorkDirectory>;
  /** Moves a directory out of its job and keeps it under the prefix that its objects are stored at. */
  keep(clearPrefix: string, directory: string): Promise<void>;
  /** Hands the kept renditions to the caller, which disposes of them; null when there are none. */
  take(clearPrefix: string): Promise<WorkDirectory | null>;
  /** Bytes of disk that may still be filled; less than 0 when the part that is to stay free is touched. */
  roomBytes(): Promise<number>;
  /** Removes what was kept, the oldest first, until so many bytes may be filled; false when they may not even then. */
  makeRoom(bytes: number): Promise<boolean>;
  /** Removes everything of this process. */
  close(): Promise<void>;
};

export type WorkRootOptions = {
  readonly directory: string;
  readonly now: () => number;
  readonly log: Logger;
  readonly keepAtMost?: number;
  readonly keepForMs?: number;
  /** Bytes of disk that are left alone: others write there too. */
  readonly minFreeBytes?: number;
  /** Bytes that the file system of a directory has left. */
  readonly freeBytes?: (directory: string) => Promise<number>;
};

/** Encryption follows within seconds where this processor gets it; after that the copy only takes up disk. */
const KEEP_FOR_MS = 30 * 60_000;
const KEEP_AT_MOST = 3;
/** A process of another host that shares this disk is presumed dead when it has started no job for so long. */
const FOREIGN_DEAD_AFTER_MS = 48 * 3600_000;

type Kept = { readonly path: string; readonly since: number };

/** Makes this process's own directory and removes those of processes that are dead. */
export async function openWorkRoot(options: WorkRootOptions): Promise<WorkRoot> {
  const { directory, now, keepAtMost = KEEP_AT_MOST, keepForMs = KEEP_FOR_MS } = options;
  const { minFreeBytes = 0, freeBytes = freeBytesOf } = options;
  const own = join(directory, processDirectoryName());
  await mkdir(own, { recursive: true, mode: 0o700 });
  await removeLeftovers(options, own);
  const kept = new Map<string, Kept>();

  const evict = async (leave: number) => {
    const oldest = [...kept].filter(([, { since }], index) => index < kept.size - leave || now() - since > keepForMs);
    for (const [prefix] of oldest) kept.delete(prefix);
    await Promise.all(oldest.map(([, { path }]) => remove(path)));
  };
  const roomBytes = async () => (await freeBytes(own)) - minFreeBytes;
  return {
    roomBytes,
    makeRoom: async (bytes) => {
      while ((await roomBytes()) < bytes) {
        if (kept.size === 0) return false;
        await evict(kept.size - 1);
      }
      return true;
    },
    open: async (jobId) => {
      await evict(keepAtMost);
      // Its time says to other hosts that this process lives.
      await utimes(own, now() / 1000, now() / 1000);
      return ownDirectory(await fresh(own, jobId));
    },
    keep: async (clearPrefix, from) => {
      await evict(Math.max(0, keepAtMost - 1));
      const path = await fresh(own, "kept");
      await rename(from, path);
      kept.set(clearPrefix, { path, since: now() });
    },
    take: async (clearPrefix) => {
      await evict(keepAtMost);
      const found = kept.get(clearPrefix);
      kept.delete(clearPrefix);
      return found ? ownDirectory(found.path) : null;
    },
    close: () => remove(own),
  };
}

async function freeBytesOf(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

function ownDirectory(path: string): WorkDirectory {
  return {
    path,
    folder: async (name) => {
      const folder = join(path, name);
      await mkdir(folder, { recursive: true });
      return folder;
    },
    [Symbol.asyncDispose]: () => remove(path),
  };
}

async function fresh(own: string, name: string): Promise<string> {
  const path = join(own, `${name.replaceAll(/[^\w-]/g, "_").slice(0, 60)}.${randomBytes(6).toString("hex")}`);
  await mkdir(path, { mode: 0o700 });
  return path;
}

/** Retried: a child that has just been killed may still be writing its last file. */
function remove(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** `{host}~{pid}~{random}`: a later process sees from it whether this one is still alive. */
function processDirectoryName(): string {
  return `${hostname().replaceAll("~", "_")}~${process.pid}~${randomBytes(6).toString("hex")}`;
}

async function removeLeftovers({ directory, now, log }: WorkRootOptions, own: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const owner = /^(.+)~(\d+)~[0-9a-f]{12}$/.exec(name);
    if (path === own || !owner) continue;
    const dead =
      owner[1] === hostname().replaceAll("~", "_")
        ? !isOwnerAlive(Number(owner[2]))
        : now() - (await stat(path)).mtimeMs > FOREIGN_DEAD_AFTER_MS;
    if (!dead) continue;
    await remove(path);
    log.info({ directory: name }, "removed the work directory of a dead process");
  }
}

/** A directory with this process's own id is that of a predecessor: in a container every process is number 1. */
function isOwnerAlive(pid: number): boolean {
  return pid !== process.pid && isAlive(pid);
}
