import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";

/* The package entry `ladderlock/client`, as a program has it that installed the tarball of `npm pack`. */

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

it("is the release of this repository, without dependencies and without the job protocol", () => {
  const version = (folder: string) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;
  const installed = join(site, "node_modules/ladderlock");
  expect(version(installed)).toBe(version(ROOT));
  expect(readdirSync(join(site, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["ladderlock"]);
  const files = readdirSync(installed, { recursive: true, encoding: "utf8" });
  expect(files.filter((name) => name.includes("."))).toEqual(
    expect.arrayContaining(["README.md", "dist/index.js", "dist/index.d.ts"]),
  );
  for (const name of files.filter((file) => /\.[jt]s$/.test(file))) {
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
  expect(text.length).toBeLessThan(10_000);
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
