import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

/* The package entry `ladderlock/client`, as a program has it that installed the tarball of `npm pack`. */

const ROOT = join(import.meta.dirname, "../..");
const run = promisify(execFile);
const site = mkdtempSync(join(tmpdir(), "ladderlock-client-"));

beforeAll(async () => {
  const { stdout } = await run("npm", ["pack", "--silent", "--pack-destination", site], { cwd: ROOT });
  const installed = join(site, "node_modules/ladderlock");
  mkdirSync(installed, { recursive: true });
  await run("tar", ["-xzf", join(site, stdout.trim().split("\n").at(-1)!), "--strip-components=1", "-C", installed]);
  writeFileSync(join(site, "package.json"), JSON.stringify({ type: "module" }));
});

afterAll(() => rmSync(site, { recursive: true, force: true }));

const PROGRAM = `
import { createClient } from "ladderlock/client";
const client = createClient({ baseUrl: process.argv[2], token: "a-key" });
const found = await client.listJobs({ query: { state: "FAILED" } });
const missing = await client.getJob({ params: { jobId: "a/b" } });
console.log(JSON.stringify([found.ok && found.body.jobs, missing.ok || missing.problem.code]));
`;

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
  const check = async (text: string) => {
    writeFileSync(join(site, "program.ts"), text);
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom"];
    return run(process.execPath, [tsc, ...options, "--types", "", join(site, "program.ts")], { cwd: site }).then(
      () => "accepted",
      (error: { stdout: string }) => error.stdout,
    );
  };
  const start = 'import { createClient } from "ladderlock/client";\nconst client = createClient({ baseUrl: "" });\n';
  expect(await check(`${start}await client.listJobs({ query: { state: "FAILED" } });`)).toBe("accepted");
  expect(await check(`${start}await client.listJobs({ query: { state: "BROKEN" } });`)).toContain("BROKEN");
  expect(await check(`${start}await client.getJob({});`)).toContain("params");
});
