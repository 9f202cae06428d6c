import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
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

const PLATFORMS = ["linux/amd64", "linux/arm64"];

describe("the workflow that publishes the image", () => {
  const workflow = readFileSync(join(ROOT, ".github/workflows/publish-image.yml"), "utf8");

  /** The lines below `run: |` behind a line. */
  function script(after: string): string {
    const [, lines] = new RegExp(`${after}[^]*?run: \\|\n((?: {10,}.*\n)+)`).exec(workflow)!;
    return lines!.replaceAll(/^ {10}/gm, "");
  }

  it("builds each platform that the documents name, on its own architecture, and joins them", () => {
    const built = [...workflow.matchAll(/- platform: (\S+)\n\s+suffix: (\S+)\n\s+runner: (\S+)/g)];
    expect(built.map(([, platform]) => platform)).toEqual(PLATFORMS);
    expect(built.map(([, , suffix]) => `linux/${suffix}`)).toEqual(PLATFORMS);
    expect(built.map(([, , , runner]) => runner!.endsWith("-arm"))).toEqual([false, true]);
    for (const [, , suffix] of built)
      expect(script("packages: write\\n    env:\\n      TAG[^]*GH_TOKEN")).toContain(`"$TAG-${suffix}"`);
    const docs = ["deploying", "launchers"].map((name) => readFileSync(join(ROOT, `docs/${name}.md`), "utf8"));
    for (const text of docs) for (const platform of PLATFORMS) expect(text).toContain(platform);
    // Nothing in the Dockerfile is of one platform.
    expect(DOCKERFILE).not.toMatch(/amd64|arm64|x86|aarch64|--platform/i);
  });

  it("fills the base image's argument of the Dockerfile with a digest, once for all platforms", () => {
    const directory = mkdtempSync(join(tmpdir(), "ladderlock-workflow-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const digest = `sha256:${"0".repeat(64)}`;
    const docker = `#!/bin/sh\ntest "$*" = "buildx imagetools inspect ${BASE_IMAGE} --format {{ .Manifest.Digest }}" && echo ${digest}\n`;
    writeFileSync(join(directory, "docker"), docker, { mode: 0o755 });
    const env = {
      ...{ PATH: `${directory}:${process.env.PATH}`, GITHUB_OUTPUT: join(directory, "output"), GITHUB_SHA: "abc" },
      ...{ GITHUB_REPOSITORY: "Owner/Ladderlock", GITHUB_REF_TYPE: "tag", GITHUB_REF_NAME: "v1.2.3" },
    };
    execFileSync("bash", ["-c", script("- id: base")], { cwd: ROOT, env });
    expect(readFileSync(env.GITHUB_OUTPUT, "utf8").trim().split("\n")).toEqual([
      `base=${BASE_IMAGE}@${digest}`,
      "image=ghcr.io/owner/ladderlock/processor",
      "version=1.2.3",
    ]);
    const build = script("docker buildx create");
    expect(build).toContain('--build-arg "BASE_IMAGE=$BASE"');
    expect(build).toContain("--sbom=true --provenance=mode=max");
    expect(workflow.match(/BASE: .*/g)).toEqual([`BASE: \${{ needs.base.outputs.base }}`]);
  });

  it("takes actions by their commit, as every workflow does, and keeps no credentials of the clone", () => {
    const folder = join(ROOT, ".github/workflows");
    const text = readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), "utf8"))
      .join("");
    const used = [...text.matchAll(/uses: (.+)/g)].map(([, one]) => one!);
    expect(used.filter((one) => !/^[\w/-]+@[0-9a-f]{40} # v[\d.]+$/.test(one))).toEqual([]);
    expect(text.match(/persist-credentials: false/g)).toHaveLength(
      used.filter((one) => one.includes("/checkout@")).length,
    );
  });
});

describe("npm run sbom", () => {
  type Component = {
    readonly name: string;
    readonly group?: string;
    readonly version: string;
    readonly hashes?: object[];
  };
  type Locked = {
    readonly version: string;
    readonly dev?: true;
    readonly optional?: true;
    readonly devOptional?: true;
  };
  const read = (name: string) => JSON.parse(readFileSync(join(ROOT, name), "utf8"));
  const printed = execFileSync(process.execPath, ["scripts/sbom.mjs"], { cwd: ROOT, encoding: "utf8" });
  const sbom = JSON.parse(printed) as {
    bomFormat: string;
    metadata: { component: Component };
    components: Component[];
  };
  const names = sbom.components.map(
    ({ name, group, version }) => `${group === undefined ? "" : `${group}/`}${name}@${version}`,
  );

  it("names every package that the image installs, with its hash, and no other", () => {
    const locked = Object.entries(read("package-lock.json").packages as Record<string, Locked>);
    const installed = locked.filter(([path, one]) => path !== "" && !one.dev && !one.optional && !one.devOptional);
    expect(DOCKERFILE).toContain("npm ci --omit=dev --omit=optional ");
    expect(new Set(names)).toEqual(
      new Set(installed.map(([path, { version }]) => `${path.split("node_modules/").at(-1)}@${version}`)),
    );
    expect(sbom.components.filter(({ hashes = [] }) => hashes.length === 0)).toEqual([]);
  });

  it("names the product and each of its dependencies", () => {
    const { name, version, dependencies } = read("package.json");
    expect(sbom.bomFormat).toBe("CycloneDX");
    expect(sbom.metadata.component).toMatchObject({ name, version });
    const direct = Object.entries(dependencies as Record<string, string>).map(([one, at]) => `${one}@${at}`);
    expect(names).toEqual(expect.arrayContaining(direct));
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
