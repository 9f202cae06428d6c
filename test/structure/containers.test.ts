import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { experimental_readRawConfig } from "wrangler";
import { OPERATOR_SETTINGS, SETTINGS } from "../../processor/config/config.ts";
import { isTest, ROOT, readSourceFiles } from "./source-files.ts";

const DOCKERFILE = readFileSync(join(ROOT, "Dockerfile"), "utf8");
const STOP_SECONDS = Number(SETTINGS.STOP_SECONDS.preset);
const BASE_IMAGE = /^ARG BASE_IMAGE=(\S+)$/m.exec(DOCKERFILE)?.[1];
const IMAGE_ENV = new Map(
  [...DOCKERFILE.matchAll(/^ENV (.+)$/gm)].flatMap((line) =>
    line[1]!.split(" ").map((pair) => pair.split("=") as [string, string]),
  ),
);

/** The little of YAML that compose.yaml needs: blocks of names, with a text where a line has one. Lists stay text. */
type Yaml = { [name: string]: Yaml | string };

function readYaml(text: string): Yaml {
  const root: Yaml = {};
  const open: { indent: number; block: Yaml }[] = [{ indent: -1, block: root }];
  for (const line of text.split("\n")) {
    const found = /^( *)([\w-]+):(?: (.+))?$/.exec(line);
    if (found === null) continue;
    const [, spaces = "", name = "", value] = found;
    while (open.at(-1)!.indent >= spaces.length) open.pop();
    const block: Yaml = {};
    open.at(-1)!.block[name] = value ?? block;
    if (value === undefined) open.push({ indent: spaces.length, block });
  }
  return root;
}

function expectKnownSettings(names: readonly string[]): void {
  const known = Object.keys({ ...SETTINGS, ...OPERATOR_SETTINGS });
  expect(names.filter((name) => !known.includes(name))).toEqual([]);
}

describe("the Dockerfile", () => {
  it("takes its base image from one argument, which a release fills with a digest", () => {
    const bases = [...DOCKERFILE.matchAll(/^FROM (\S+)/gm)].map((match) => match[1]);
    expect(bases).toEqual([`\${BASE_IMAGE}`, `\${BASE_IMAGE}`]);
    expect(BASE_IMAGE).toMatch(/^node:24-\w+-slim$/);
  });

  it("runs as a user without rights, in its own directory, with settings that exist", () => {
    expect(DOCKERFILE).toMatch(/^USER processor$/m);
    expectKnownSettings([...IMAGE_ENV.keys()].filter((name) => name !== "NODE_ENV"));
  });
});

describe("what the image holds", () => {
  it("is every folder that the program imports", () => {
    const copied = [...DOCKERFILE.matchAll(/^COPY (\w+) \1$/gm)].map((match) => match[1]!);
    const program = readSourceFiles(["cli", "processor"]).filter(({ path }) => !isTest(path));
    const imported = program.flatMap(({ imports }) => imports.filter((one) => one.kind === "file"));
    const needed = new Set(["cli", ...imported.map(({ path }) => path.split("/")[0]!)]);
    expect(copied.toSorted()).toEqual([...needed].toSorted());
    const ignored = readFileSync(join(ROOT, ".dockerignore"), "utf8");
    for (const folder of copied) expect(ignored).toMatch(new RegExp(`^!${folder}$`, "m"));
  });
});

describe("compose.yaml", () => {
  const { services } = readYaml(readFileSync(join(ROOT, "compose.yaml"), "utf8")) as { services: { processor: Yaml } };
  const processor = services.processor;

  it("builds with the base image of the Dockerfile, or with the one that the shell names", () => {
    expect((processor.build as { args: Yaml }).args.BASE_IMAGE).toBe(`\${BASE_IMAGE:-${BASE_IMAGE}}`);
  });

  it("waits for longer than a clean stop takes, and keeps the work directory on a volume", () => {
    expect(Number.parseInt(String(processor.stop_grace_period), 10)).toBeGreaterThan(STOP_SECONDS);
    expect(processor.volumes).toBe(`[work:${IMAGE_ENV.get("WORK_DIR")}]`);
    expectKnownSettings(Object.keys(processor.environment!));
  });
});

describe("fly.toml", () => {
  type Fly = { [name: string]: unknown; env: Record<string, string>; mounts: unknown };
  const fly = experimental_readRawConfig({ config: join(ROOT, "fly.toml") }).rawConfig as unknown as Fly;

  it("stops with SIGTERM, waits for longer than a clean stop takes, and mounts the work directory", () => {
    expect(fly.kill_signal).toBe("SIGTERM");
    expect(fly.kill_timeout).toBeGreaterThan(STOP_SECONDS);
    expect(fly.mounts).toEqual({ source: "work", destination: IMAGE_ENV.get("WORK_DIR") });
  });

  it("checks and scrapes the port that it opens, with settings that exist", () => {
    const port = Number(fly.env.METRICS_PORT);
    expect(fly.checks).toMatchObject({ healthz: { port, path: "/healthz" } });
    expect(fly.metrics).toEqual({ port, path: "/metrics" });
    expectKnownSettings(Object.keys(fly.env));
  });
});
