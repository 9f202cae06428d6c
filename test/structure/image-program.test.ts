import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "./source-files.ts";

/*
 * The program with the files of the image and nothing else: what COPY takes, and the packages that `npm ci` installs
 * there. Seconds, without root or network. test/e2e/dockerfile.test.ts carries out every step, with both, in long tests.
 */

type Locked = { readonly dev?: true; readonly optional?: true; readonly devOptional?: true };

const DOCKERFILE = readFileSync(join(ROOT, "Dockerfile"), "utf8");

let image: string;

beforeAll(() => {
  image = mkdtempSync(join(tmpdir(), "ladderlock-image-"));
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
    packages: Record<string, Locked>;
  };
  for (const [path, { dev, optional, devOptional }] of Object.entries(packages)) {
    if (path === "" || dev || optional || devOptional || existsSync(join(image, path))) continue;
    mkdirSync(dirname(join(image, path)), { recursive: true });
    cpSync(join(ROOT, path), join(image, path), { recursive: true });
  }
  // The last stage: what comes of the first one is node_modules.
  for (const [, words] of DOCKERFILE.split(/^FROM /m)
    .at(-1)!
    .matchAll(/^COPY (?!--from)(.+)$/gm)) {
    const names = words!.split(" ");
    const target = names.pop()!;
    for (const name of names) {
      const options = { recursive: true, filter: (path: string) => !/\.(test|fixture)\.ts$|\/client\/dist/.test(path) };
      cpSync(join(ROOT, name), join(image, target.endsWith("/") ? join(target, name) : target), options);
    }
  }
});

afterAll(() => rmSync(image, { recursive: true, force: true }));

function start(...args: readonly string[]) {
  const [, ...entrypoint] = JSON.parse(/^ENTRYPOINT (.+)$/m.exec(DOCKERFILE)![1]!) as string[];
  const env = { PATH: process.env.PATH, NODE_ENV: "production", WORK_DIR: join(image, "work") };
  const { status, stdout, stderr } = spawnSync(process.execPath, [...entrypoint, ...args], {
    ...{ cwd: image, env, encoding: "utf8", timeout: 60_000 },
  });
  return { status, said: stdout + stderr };
}

describe("the program of the image", () => {
  it.each(["serve", "run", "gc", "launcher", "migrate", "doctor", "videos"])("answers %s --help", (command) => {
    expect(start(command, "--help")).toMatchObject({ status: 0, said: expect.stringContaining(command) });
  });

  it("exits with 78 and names its settings where it has none", () => {
    for (const args of [["serve"], ["run", crypto.randomUUID()]]) {
      expect(start(...args)).toMatchObject({ status: 78, said: expect.stringContaining("LADDERLOCK_URL") });
    }
  });

  it("finds each module that a later command loads", () => {
    const modules = execFileSync("find", ["cli", "processor", "shared", "client", "-name", "*.ts"], { cwd: image });
    const load = `for (const path of ${JSON.stringify(modules.toString().trim().split("\n"))})
      if (!path.endsWith(".d.ts") && path !== "cli/main.ts") await import("./" + path);`;
    const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", load], {
      ...{ cwd: image, encoding: "utf8" },
    });
    expect(stderr.split("\n").filter((line) => /ERR_|Error/.test(line))).toEqual([]);
    expect(status).toBe(0);
  });
});
