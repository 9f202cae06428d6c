import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, it } from "vitest";
import { makeMemoryFolder } from "./memory-folder.mjs";

const MEMORY = "/dev/shm";
const made = makeMemoryFolder();
made?.remove();

it.runIf(made !== null)("is in memory, is gone afterwards, and leaves nothing of a run that was killed", () => {
  const place = mkdtempSync(join(MEMORY, "ladderlock-place-"));
  try {
    // No process has such an id.
    const leftover = join(place, "ladderlock-tests-99999999-abcdef");
    const [ofThisRun, foreign] = [join(place, `ladderlock-tests-${process.pid}-abcdef`), join(place, "somebody-elses")];
    for (const path of [leftover, ofThisRun, foreign]) mkdirSync(path);
    const folder = makeMemoryFolder({ memory: place });
    expect(basename(folder!.path)).toMatch(new RegExp(`^ladderlock-tests-${process.pid}-`));
    expect([leftover, ofThisRun, foreign].map((path) => existsSync(path))).toEqual([false, true, true]);
    folder!.remove();
    expect(existsSync(folder!.path)).toBe(false);
  } finally {
    rmSync(place, { recursive: true });
  }
});

it("is not made where there is little memory, no such place, or a disk", () => {
  expect(makeMemoryFolder({ freeBytes: 2 ** 30 })).toBeNull();
  expect(makeMemoryFolder({ memory: "/no/such/place" })).toBeNull();
  const ours = join(import.meta.dirname, "../../.ladderlock");
  mkdirSync(ours, { recursive: true });
  const onDisk = mkdtempSync(join(ours, "memory-"));
  try {
    expect(makeMemoryFolder({ memory: onDisk })).toBeNull();
  } finally {
    rmSync(onDisk, { recursive: true });
  }
});
