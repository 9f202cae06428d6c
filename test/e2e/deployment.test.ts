import { cp, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runProgram } from "../../scripts/dev/run-program.ts";
import { builtWorker } from "../fixtures/isolates/built-worker.ts";

const WRANGLER = fileURLToPath(new URL("../../node_modules/wrangler/bin/wrangler.js", import.meta.url));

/** What the free plan takes of a Worker after gzip; ours should never come near. */
const FREE_PLAN_GZIP_BYTES = 3 * 2 ** 20;

type Binding = { readonly type: string; readonly name: string; readonly text?: string };
type Metadata = { readonly observability: unknown; readonly bindings: readonly Binding[] };

let out: string;
let said: string;
let script: string;
const BUNDLE_MS = 120_000;

/** What a deployment would send beside the code; build-worker.ts has made it. */
let metadata: Metadata;

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "ladderlock-deployment-"));
  const built = await builtWorker();
  said = built.said;
  script = built.script;
  const form = await built.upload();
  metadata = JSON.parse(/name="metadata"\r?\n\r?\n(.*)\r?\n/.exec(form)?.[1] ?? "null");
});

afterAll(() => rm(out, { recursive: true, force: true }));

it("is bundled by wrangler for a deployment, with every binding that the Worker's code asks for", async () => {
  // One is known: the S3 endpoint of the local R2 is what `npm start` stands on, and a deployment ignores it.
  const warnings = said
    .split("\n")
    .filter((line) => /^\s+- /.test(line) && !line.includes("local_dev.experimental_s3_credentials"));
  expect(warnings).toEqual([]);

  const types = await readFile(new URL("../../edge/env.ts", import.meta.url), "utf8");
  const declared = /export type Env = \{([\s\S]*?)\n\};/.exec(types)?.[1] ?? "";
  const bindings = [...declared.matchAll(/readonly ([A-Z_]+): (?!string)/g)].map((match) => match[1]);
  expect(bindings).toContain("SOURCE");
  // Optional in the type, because a deployment on Postgres has none: test/e2e/postgres-deployment.test.ts.
  expect(metadata.bindings.map(({ name }) => name)).toEqual(expect.arrayContaining(["DB", ...bindings]));

  const size = /gzip: ([\d.]+) KiB/.exec(said)?.[1];
  expect(Number(size) * 1024).toBeLessThan(FREE_PLAN_GZIP_BYTES);
  expect(script.length).toBeGreaterThan(0);
});

it("logs no query string, where tokens are, and no invocation or trace that would have one", () => {
  expect(metadata.observability).toEqual({
    enabled: true,
    redact_query_string: true,
    logs: { enabled: true, invocation_logs: false },
    traces: { enabled: false },
  });
});

it("writes the settings that have no default, and no secret", () => {
  const variables = metadata.bindings.filter(({ type }) => type === "plain_text");
  const settings = Object.fromEntries(variables.map(({ name, text }) => [name, text]));
  expect(settings).toEqual({ SESSION_LIMIT_PER_VIEWER: "none", SESSION_BINDING: "none", PUBLIC_UP_TO_LINES: "480" });
});

it("finds no migration to apply to a database that `npm start` has migrated", async () => {
  const state = join(out, "state");
  await cp(join((await builtWorker()).state, ".."), state, { recursive: true });
  const args = ["d1", "migrations", "list", "ladderlock", "--local", "--persist-to", state];
  const { stdout } = await runProgram(process.execPath, [WRANGLER, ...args], {
    signal: AbortSignal.timeout(BUNDLE_MS),
  });
  expect(stdout.toString()).toContain("No migrations to apply");
});

it("bundles the Worker of the containers too, where there is no container engine", async () => {
  const config = fileURLToPath(new URL("../../infra/cloudflare-containers/wrangler.toml", import.meta.url));
  const args = ["deploy", "--dry-run", "--config", config, "--outdir", join(out, "containers")];
  const { code, stdout, stderr } = await runProgram(process.execPath, [WRANGLER, ...args], {
    // No Docker, even if this machine has one.
    ...{ signal: AbortSignal.timeout(BUNDLE_MS), env: { ...process.env, WRANGLER_DOCKER_BIN: "/nonexistent/docker" } },
  });
  const printed = `${stdout}${stderr}`;
  expect(code, printed).toBe(0);
  for (const name of ["jobonstandard2", "jobonstandard3", "jobonstandard4"]) expect(printed).toContain(name);
  expect((await stat(join(out, "containers/worker.js"))).size).toBeGreaterThan(0);
});
