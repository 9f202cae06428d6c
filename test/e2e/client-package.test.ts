import { execFile, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generateClip } from "../fixtures/media/generate-clip.ts";
import { describePlayerPackage } from "./player-package.ts";
import { type ProcessorProcess, startProcessor } from "./processor-process.ts";
import { type Stack, startStack } from "./stack.ts";

/*
 * The package `ladderlock`, as it is where the tarball of `npm pack` was installed: `ladderlock/client`, the player, and the
 * program.
 */

const ROOT = join(import.meta.dirname, "../..");
const run = promisify(execFile);
const site = mkdtempSync(join(tmpdir(), "ladderlock-client-"));

beforeAll(async () => {
  const { stdout } = await run("npm", ["pack", "--silent", "--pack-destination", site], { cwd: join(ROOT, "client") });
  writeFileSync(join(site, "package.json"), JSON.stringify({ type: "module", private: true }));
  // An empty cache and no network: the tarball is all that an installation needs.
  const alone = ["--offline", "--cache", join(site, ".npm"), "--ignore-scripts", "--no-audit", "--no-fund"];
  await run("npm", ["install", ...alone, join(site, stdout.trim().split("\n").at(-1)!)], { cwd: site });
});

afterAll(() => rmSync(site, { recursive: true, force: true }));

const PROGRAM = `
import { createClient } from "ladderlock/client";
const client = createClient({ baseUrl: process.argv[2], token: "a-key" });
const found = await client.listJobs({ query: { state: "FAILED" } });
const missing = await client.getJob({ params: { jobId: "a/b" } });
console.log(JSON.stringify([found.ok && found.body.jobs, missing.ok || missing.problem.code]));
`;

it("is the release of this repository, without dependencies, and its client without the job protocol", () => {
  const version = (folder: string) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;
  const installed = join(site, "node_modules/ladderlock");
  expect(version(installed)).toBe(version(ROOT));
  expect(readdirSync(join(site, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["ladderlock"]);
  const files = readdirSync(installed, { recursive: true, encoding: "utf8" });
  expect(files.filter((name) => name.includes("."))).toEqual(
    expect.arrayContaining(["README.md", "dist/index.js", "dist/index.d.ts", "dist/ladderlock.js"]),
  );
  // The program also runs processors.
  const ofProgram = (file: string) => file.startsWith("dist/program/") || file === "dist/ladderlock.js";
  for (const name of files.filter((file) => /\.[jt]s$/.test(file) && !ofProgram(file))) {
    expect(readFileSync(join(installed, name), "utf8"), name).not.toContain("/internal/");
  }
});

it("is bundled for a browser, with nothing of Node and in a few kilobytes", async () => {
  writeFileSync(join(site, "page.mjs"), PROGRAM);
  const { outputFiles } = await build({
    entryPoints: [join(site, "page.mjs")],
    ...{ bundle: true, minify: true, format: "esm", platform: "browser", target: "safari16", write: false },
  });
  const { text } = outputFiles[0]!;
  expect(text).not.toMatch(/node:|require\(/);
  // What sends requests, and a line for each operation: a new route may add its own line and no more.
  const operations = text.split("method:").length - 1;
  expect(operations).toBeGreaterThan(50);
  expect(text.length).toBeLessThan(2500 + 80 * operations);
});

it("calls the service from Node", async () => {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    const isList = request.url === "/api/v2/jobs?state=FAILED";
    response.writeHead(isList ? 200 : 404, {
      "content-type": isList ? "application/json" : "application/problem+json",
    });
    response.end(JSON.stringify(isList ? { jobs: [] } : { status: 404, title: "Not found", code: "not-found" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    writeFileSync(join(site, "program.mjs"), PROGRAM);
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { stdout } = await run(process.execPath, [join(site, "program.mjs"), origin]);
    expect(JSON.parse(stdout)).toEqual([[], "not-found"]);
    expect(requests).toEqual(["GET /api/v2/jobs?state=FAILED Bearer a-key", "GET /api/v2/jobs/a%2Fb Bearer a-key"]);
  } finally {
    server.close();
  }
});

it("has types that refuse what the API does not know", async () => {
  const start = 'import { createClient } from "ladderlock/client";\nconst client = createClient({ baseUrl: "" });\n';
  const programs = {
    "known.ts": 'const found = await client.listJobs({ query: { state: "FAILED" } });\nif (found.ok) found.body.jobs;',
    "state.ts": 'await client.listJobs({ query: { state: "BROKEN" } });',
    "missing.ts": "await client.getJob({});",
    "answer.ts": "const found = await client.listJobs();\nfound.body.jobs;",
  };
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(site, name), `${start}${text}\nexport {};\n`);
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom"];
  const checked = run(process.execPath, [tsc, ...options, "--types", "", ...Object.keys(programs)], { cwd: site });
  const errors = await checked.then(
    () => [],
    ({ stdout }: { stdout: string }) => stdout.split("\n").filter((line) => /^\w+\.ts/.test(line)),
  );
  expect(errors).toEqual([
    expect.stringMatching(/^answer\.ts.*'body' does not exist/),
    expect.stringMatching(/^missing\.ts.*params/),
    expect.stringMatching(/^state\.ts.*"BROKEN"/),
  ]);
});

describePlayerPackage(() => join(site, "node_modules/ladderlock"));

describe("the program", () => {
  let stack: Stack;
  let processor: ProcessorProcess;
  const clip = join(site, "First film.mp4");

  beforeAll(async () => {
    stack = await startStack({ processor: false });
    await generateClip({ path: clip, size: "320x180", frameRate: "25", seconds: 2, sound: true });
  });

  afterAll(async () => {
    await processor?.stop();
    await stack?.stop();
  });

  /** Runs what npm has put onto the path, in the empty folder, with a home that is its own. */
  async function ladderlock(args: readonly string[], more: { input?: string; env?: NodeJS.ProcessEnv } = {}) {
    const child = spawn(join(site, "node_modules/.bin/ladderlock"), args, {
      cwd: site,
      env: { PATH: process.env.PATH, HOME: site, ...more.env },
    });
    const printed = { out: "", err: "" };
    child.stdout.on("data", (text) => (printed.out += text));
    child.stderr.on("data", (text) => (printed.err += text));
    child.stdin.end(more.input ?? "");
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    return { code, ...printed };
  }

  it("runs from the tarball: version, help, and a usage error", async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    expect(await ladderlock(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
    expect((await ladderlock(["encode", "--help"])).out).toContain("Usage: ladderlock encode [options] <source>");
    expect((await ladderlock(["dance"])).code).toBe(64);
    expect(await ladderlock(["jobs", "list"])).toMatchObject({
      code: 78,
      err: expect.stringContaining("ladderlock login"),
    });
  });

  it("brings the migrations of Postgres along", async () => {
    const files = readdirSync(join(ROOT, "migrations/pg")).filter((name) => name.endsWith(".sql"));
    expect(readdirSync(join(site, "node_modules/ladderlock/dist/migrations/pg"))).toEqual(files);
    // It reads them before it connects.
    const nobody = await ladderlock([
      "migrate",
      "--database-url",
      "postgres://ladderlock:secret@127.0.0.1:9/ladderlock",
    ]);
    expect(nobody).toMatchObject({ code: 75, err: expect.stringContaining("127.0.0.1:9 could not be reached") });
  });

  it("stores the key that the server accepts, for its owner alone, and refuses a file that others can read", async () => {
    const server = ["--server", stack.origin];
    const wrong = await ladderlock(["login", ...server], { input: "a-key-of-another-deployment-0123456789\n" });
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining("does not accept this key") });
    expect((await ladderlock(["login", ...server], { input: `${stack.adminKey}\n` })).code).toBe(0);
    const file = join(site, ".config/ladderlock/config.json");
    expect(await ladderlock(["jobs", "list"])).toEqual({ code: 0, out: "No jobs.\n", err: "" });
    const elsewhere = await ladderlock(["jobs", "list", "--server", "http://127.0.0.1:1"]);
    expect(elsewhere).toMatchObject({ code: 78, err: expect.stringContaining("No API key for http://127.0.0.1:1") });
    chmodSync(file, 0o644);
    expect(await ladderlock(["jobs", "list"])).toMatchObject({
      code: 78,
      err: expect.stringContaining(`chmod 600 ${file}`),
    });
    chmodSync(file, 0o600);
  });

  it("resumes an upload that was cut off, and cancels the job that it made", async () => {
    const large = await cutOffUpload();
    const resumed = await ladderlock(["encode", large, "--no-wait", "--title", "Cut off"]);
    expect(resumed).toMatchObject({ code: 0, err: expect.stringMatching(/resuming an upload at \d+ %/) });
    const jobId = resumed.out.trim();
    expect(jobId).toMatch(/^job-[0-9a-f-]{36}$/);
    expect((await ladderlock(["cancel", jobId])).code).toBe(0);
    const again = await ladderlock(["cancel", jobId]);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining("409") });
    expect((await ladderlock(["jobs", "show", jobId])).out).toContain("status:     CANCELLED");
  });

  it("encodes a file with plain lines of progress, and says where it plays", async () => {
    processor = await startProcessor(stack, { POLL_SECONDS: "0.2" });
    const encoded = await ladderlock(["encode", clip, "--metadata", "episode=1"]);
    expect(encoded, encoded.err).toMatchObject({ code: 0 });
    expect(encoded.err).toMatch(/ {2}uploading {2}100 %\n {2}job job-/);
    expect(encoded.err).toMatch(/ {2}(?:encoding|uploading|encrypting|verifying) {2}\d+ %/);
    const [, watch, player] = /^Watch (\S+)\nPlay {2}(\S+)\n$/.exec(encoded.out)!;
    expect((await fetch(watch!)).status).toBe(200);
    expect(await (await fetch(player!)).text()).toMatch(/^#EXTM3U/);

    const [job] = JSON.parse((await ladderlock(["jobs", "list", "--status", "COMPLETED", "--json"])).out).items;
    expect(job).toMatchObject({ title: "First film", metadata: { episode: "1" }, progressPercentage: 100 });
    expect((await ladderlock(["play", job.jobId])).out).toContain(`Watch ${watch}\n`);
    expect((await ladderlock(["posts", "list"])).out).toMatch(/^POST .*First film/s);
    const issued = await ladderlock(["tokens", "issue", job.videoPostId, "--viewer", "customer-42"]);
    const [, address] = /^Play (\S+)$/m.exec(issued.out)!;
    expect((await fetch(address!)).status).toBe(200);
  });

  it("ends with 65 and the reason where the file is no video", async () => {
    const text = join(site, "text.mp4");
    writeFileSync(text, "This is a text, whatever its name says.\n".repeat(100));
    const { code, err } = await ladderlock(["encode", text]);
    expect([code, err]).toEqual([65, expect.stringMatching(/The job failed \([a-z-]+\): .+\./)]);
  });

  it("examines the deployment: a message through each queue, a segment with CORS, and the secrets of the tests", async () => {
    const { code, out } = await ladderlock(["doctor", "--json"]);
    const { findings } = JSON.parse(out) as { findings: { check: string; result: string; detail: string }[] };
    const results = Object.fromEntries(findings.map(({ check, result }) => [check, result]));
    expect(results).toMatchObject({
      ...{ reachable: "ok", clock: "ok", version: "ok", bindings: "ok", migrations: "ok", queues: "ok" },
      ...{ "segment access": "ok", "segment cache": "not-checked", cron: "not-checked", secrets: "problem" },
    });
    expect(code).toBe(1);
    expect(out).not.toContain(stack.adminKey);
    const limited = await ladderlock(["doctor", "--config", join(site, "none.json"), "--server", stack.origin]);
    expect(limited.code).toBe(78);
  });
});

const CUTS = 10;

/** The path of a file whose upload by the program was killed in the middle. A busy machine may let one end before that. */
async function cutOffUpload(): Promise<string> {
  const shown: string[] = [];
  for (let n = 0; n < CUTS; n++) {
    const large = join(site, `large-${n}.mp4`);
    writeFileSync(large, "");
    truncateSync(large, 40 * 2 ** 20);
    const env = { PATH: process.env.PATH, HOME: site };
    const cut = spawn(join(site, "node_modules/.bin/ladderlock"), ["encode", large, "--no-wait"], { cwd: site, env });
    let written = "";
    await new Promise<void>((resolve) => {
      cut.on("close", () => resolve());
      cut.stderr.on("data", (text) => {
        written += text;
        if (/uploading {2}[5-9]0 %/.test(written)) cut.kill("SIGKILL");
      });
    });
    if (cut.signalCode === "SIGKILL") return large;
    shown.push(written);
  }
  throw new Error(`no upload could be cut off: ${shown.join("")}`);
}
