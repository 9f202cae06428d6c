import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../log.ts";
import { openWorkRoot } from "./work-directory.ts";

let directory: string;
let now: number;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "work-"));
  now = Date.now();
});
afterEach(() => rm(directory, { recursive: true }));

const log = createLogger({ level: "silent", secrets: [] });
const open = () => openWorkRoot({ directory, now: () => now, log, keepAtMost: 2, keepForMs: 1000 });

async function filesBelow(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

describe("the working directory of a job", () => {
  it("exists for the job, and is removed after it with everything in it", async () => {
    const root = await open();
    {
      await using work = await root.open("j1");
      await writeFile(join(await work.folder("renditions"), "file"), "x");
      expect(await filesBelow(directory)).toEqual(["file"]);
    }
    expect(await filesBelow(directory)).toEqual([]);
    await root.close();
    expect(await readdir(directory)).toEqual([]);
  });

  it("is another one for each claim of the same job", async () => {
    const root = await open();
    await using first = await root.open("j1");
    await using second = await root.open("j1");
    expect(first.path).not.toBe(second.path);
  });

  it("stays below its root whatever the name of the job is", async () => {
    const root = await open();
    await using work = await root.open("../../etc");
    expect(work.path.startsWith(`${directory}/`)).toBe(true);
    expect(work.path).not.toContain("..");
  });
});

describe("clear renditions that are kept", () => {
  async function keep(root: Awaited<ReturnType<typeof open>>, prefix: string) {
    await using work = await root.open("j");
    const folder = await work.folder("renditions");
    await writeFile(join(folder, prefix), "x");
    await root.keep(prefix, folder);
  }

  it("outlast their job, are handed over once, and are removed by the job that takes them", async () => {
    const root = await open();
    await keep(root, "a");
    {
      await using taken = await root.take("a");
      expect(taken && (await readdir(taken.path))).toEqual(["a"]);
      expect(await root.take("a")).toBeNull();
    }
    expect(await filesBelow(directory)).toEqual([]);
  });

  it("are limited in number: the oldest is removed", async () => {
    const root = await open();
    for (const prefix of ["a", "b", "c"]) await keep(root, prefix);
    expect((await filesBelow(directory)).toSorted()).toEqual(["b", "c"]);
    expect(await root.take("a")).toBeNull();
    expect(await root.take("c")).not.toBeNull();
  });

  it("are limited in age", async () => {
    const root = await open();
    await keep(root, "a");
    now += 1001;
    expect(await root.take("a")).toBeNull();
    expect(await filesBelow(directory)).toEqual([]);
  });
});

describe("leftovers", () => {
  const named = (host: string, pid: number) => `${host}~${pid}~0123456789ab`;

  it("of a dead process and of a predecessor with the same id are removed, those of a living one are not", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    const dead = named(hostname(), child.pid as number);
    const living = named(hostname(), process.ppid);
    for (const name of [dead, living, named(hostname(), process.pid), "of-somebody-else"]) {
      await mkdir(join(directory, name, "job"), { recursive: true });
    }
    const root = await open();
    const left = await readdir(directory);
    expect(left).toContain(living);
    expect(left).toContain("of-somebody-else");
    expect(left).toHaveLength(3);
    await root.close();
  });

  it("of another host are removed when nothing was done there for two days", async () => {
    const silent = join(directory, named("elsewhere", 1));
    const busy = join(directory, named("elsewhere", 2));
    for (const path of [silent, busy]) await mkdir(path);
    await utimes(silent, now / 1000 - 49 * 3600, now / 1000 - 49 * 3600);
    const root = await open();
    const left = await readdir(directory);
    expect(left).toContain(named("elsewhere", 2));
    expect(left).not.toContain(named("elsewhere", 1));
    await root.close();
  });
});

describe("room on the disk", () => {
  /** A disk of 100 bytes, of which 10 stay free, and each rendition that is kept takes 30. */
  async function rootWithKept(count: number) {
    const root = await openWorkRoot({
      ...{ directory, now: () => now, log, minFreeBytes: 10 },
      freeBytes: async () => 100 - 30 * (await filesBelow(directory)).length,
    });
    for (let n = 0; n < count; n++) {
      await using work = await root.open("j");
      const folder = await work.folder("renditions");
      await writeFile(join(folder, "file"), "x");
      await root.keep(`p${n}`, folder);
    }
    return root;
  }

  it("is the free space less the reserve", async () => {
    expect(await (await rootWithKept(0)).roomBytes()).toBe(90);
    expect(await (await rootWithKept(1)).roomBytes()).toBe(60);
  });

  it("is made by removing kept renditions, the oldest first and no more than necessary", async () => {
    const root = await rootWithKept(3);
    expect(await root.makeRoom(50)).toBe(true);
    expect(await root.take("p0")).toBeNull();
    expect(await root.take("p1")).toBeNull();
    expect(await root.take("p2")).not.toBeNull();
  });

  it("is denied to a source that is larger than the disk", async () => {
    const root = await rootWithKept(1);
    expect(await root.makeRoom(91)).toBe(false);
    expect(await root.makeRoom(90)).toBe(true);
  });
});
