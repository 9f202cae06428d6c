import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { freemem } from "node:os";
import { join } from "node:path";

/** Where Linux keeps files in memory for every user. */
const MEMORY = "/dev/shm";
const TMPFS = 0x01021994;
const PREFIX = "ladderlock-tests-";

/** Several times what a run of all tests ever holds there. */
const LEAST_ROOM_BYTES = 4 * 2 ** 30;
/** The tests and their browsers need memory too. */
const LEAST_FREE_MEMORY_BYTES = 8 * 2 ** 30;

/**
 * Makes a folder in memory for the temporary files of the tests. The local D1, R2 and Durable Objects flush every write
 * to the disk, which on a busy machine takes longer than the rest of their tests. Null where the machine has no such
 * place, too little room in it, or runs no programs from there.
 *
 * @param {{ memory?: string, freeBytes?: number }} [machine]
 * @returns {{ path: string, remove: () => void } | null}
 */
export function makeMemoryFolder({ memory = MEMORY, freeBytes = freeMemory() } = {}) {
  if (freeBytes < LEAST_FREE_MEMORY_BYTES || !hasRoom(memory)) return null;
  removeLeftovers(memory);
  const path = mkdtempSync(join(memory, `${PREFIX}${process.pid}-`));
  // As the folder of all temporary files: a Postgres of root runs as another user.
  chmodSync(path, 0o755);
  const remove = () => rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  if (runsPrograms(path)) return { path, remove };
  remove();
  return null;
}

/** What a container may use, where there is a limit; Node 20 may not know it. */
function freeMemory() {
  return process.availableMemory?.() ?? freemem();
}

/** @param {string} memory */
function hasRoom(memory) {
  try {
    const { type, bavail, bsize } = statfsSync(memory);
    return type === TMPFS && bavail * bsize >= LEAST_ROOM_BYTES;
  } catch {
    return false;
  }
}

/**
 * Of runs that were killed.
 *
 * @param {string} memory
 */
function removeLeftovers(memory) {
  for (const name of readdirSync(memory)) {
    if (!name.startsWith(PREFIX) || isAlive(Number.parseInt(name.slice(PREFIX.length), 10))) continue;
    rmSync(join(memory, name), { recursive: true, force: true });
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

/**
 * Tests make programs; some machines run none from here.
 *
 * @param {string} folder
 */
function runsPrograms(folder) {
  const program = join(folder, "program");
  try {
    writeFileSync(program, "#!/bin/sh\n");
    chmodSync(program, 0o700);
    return spawnSync(program).status === 0;
  } catch {
    return false;
  } finally {
    rmSync(program, { force: true });
  }
}
