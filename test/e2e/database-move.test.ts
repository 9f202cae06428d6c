import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { bodyOf, createClient, type IssuedToken, type VideoPost } from "../../client/index.ts";
import { runProgram } from "../../scripts/dev/run-program.ts";
import { builtWorker } from "../fixtures/isolates/built-worker.ts";
import { generateClip } from "../fixtures/media/generate-clip.ts";
import { FFMPEG } from "./decoded.ts";
import { createPostgresDatabase, type PostgresDatabase, postgresServer } from "./postgres-database.ts";
import { newState } from "./run-worker.ts";
import { type Part, type Stack, startStack } from "./stack.ts";
import { addTextsAndPoster, editedTexts, playedTextsAndImages } from "./texts-and-images.ts";

/*
 * A deployment moves from D1 to Postgres and back, with the commands of docs/postgres.md. R2, Durable Objects and secrets
 * stay. The steps follow each other; each needs those before it.
 */

const ROOT = join(import.meta.dirname, "../..");
const COMMAND_MS = 120_000;

/** What a running Worker writes without anybody changing a post, and what this test changes on Postgres. */
const CHANGED_ON_POSTGRES = ["access_revocation", "api_key", "audit_event", "service_mark"];

let directory: string;
let postgres: PostgresDatabase;
let part: Part;
/** Of the film on the first D1, decrypted. */
let film: string;
let post: VideoPost;
/** Captions, chapters and poster, as players and editors get them. */
let beside: unknown;
let texts: unknown;
let apiKey: string;
let kept: IssuedToken;
/** Revoked on D1, and on Postgres. */
let revoked: IssuedToken[];

const file = (name: string) => join(directory, name);
/** Where wrangler expects what the local bindings of a configuration store. */
const stateOf = (name: string) => file(`${name}/.wrangler/state/v3`);

/** A folder with a wrangler configuration, for the commands of wrangler. */
async function makeDeployment(name: string): Promise<void> {
  await mkdir(stateOf(name), { recursive: true });
  await newState(stateOf(name));
  const { DB } = (await builtWorker()).options.d1Databases as Record<string, { id: string }>;
  const d1_databases = [{ binding: "DB", database_name: "ladderlock", database_id: DB!.id }];
  await writeFile(
    file(`${name}/wrangler.json`),
    JSON.stringify({ name: "ladderlock", compatibility_date: "2026-11-01", d1_databases }),
  );
}

async function run(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const options = { signal: AbortSignal.timeout(COMMAND_MS), env: { ...process.env, ...env } };
  const { code, stdout, stderr } = await runProgram(process.execPath, [join(ROOT, script), ...args], options);
  return { code, out: stdout.toString(), err: stderr };
}

async function wrangler(deployment: string, ...args: string[]): Promise<void> {
  const quiet = { WRANGLER_SEND_METRICS: "false", WRANGLER_SEND_ERROR_REPORTS: "false", CI: "true" };
  const all = ["d1", ...args, "--local", "-c", file(`${deployment}/wrangler.json`)];
  const { code, out, err } = await run("node_modules/wrangler/bin/wrangler.js", all, quiet);
  expect(code, out + err).toBe(0);
}

const ladderlock = (...args: string[]) => run("cli/main.ts", args, { DATABASE_URL: postgres.url });

/** A hash of the packets of each track, which ffmpeg has decrypted. */
async function content({ origin }: Stack, { masterUrl }: IssuedToken): Promise<string> {
  const args = ["-v", "error", "-i", origin + masterUrl, "-map", "0", "-c", "copy", "-f", "streamhash", "-"];
  const { code, stdout, stderr } = await runProgram(FFMPEG, args, { signal: AbortSignal.timeout(COMMAND_MS) });
  expect([code, stderr]).toEqual([0, ""]);
  return stdout.toString();
}

/** Everything that must be as it was on the first D1. */
async function expectSameDeployment(stack: Stack): Promise<void> {
  expect(await content(stack, kept)).toBe(film);
  expect(await content(stack, await stack.token(part))).toBe(film);
  expect(await playedTextsAndImages(stack, kept)).toEqual(beside);
  expect(await editedTexts(stack, part)).toEqual(texts);
  const reader = createClient({ baseUrl: stack.origin, token: apiKey });
  expect(bodyOf(await reader.getVideoPost({ params: part }))).toEqual(post);
  for (const token of revoked) await expectRefused(stack, token);
}

/** Captions are in master playlists some seconds after they were added. */
function untilPlayed(stack: Stack): Promise<unknown> {
  return vi.waitFor(
    async () => {
      const played = await playedTextsAndImages(stack, kept);
      expect(played).toMatchObject({ captions: ["en", "ja"].map((language) => expect.arrayContaining([language])) });
      return played;
    },
    { timeout: 60_000, interval: 300 },
  );
}

/** A revocation is in effect some seconds after its answer. Playlists are not refused, because they contain no key. */
async function expectRefused(stack: Stack, issued: IssuedToken): Promise<void> {
  const refused = async () => {
    const answer = await keyAnswer(stack, issued);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: "token-revoked" });
  };
  await vi.waitFor(refused, { timeout: 60_000, interval: 300 });
}

/** What the key endpoint answers to the first key of a new session. */
async function keyAnswer({ origin }: Stack, { masterUrl }: IssuedToken): Promise<Response> {
  const master = new URL(masterUrl, origin);
  const variant = (await textOf(master)).split("\n").find((line) => line !== "" && !line.startsWith("#"));
  const playlist = new URL(variant ?? "", master);
  const [, uri] = /#EXT-X-KEY:.*URI="([^"]+)"/.exec(await textOf(playlist)) ?? [];
  return fetch(new URL(uri ?? "", playlist));
}

async function textOf(url: URL): Promise<string> {
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  return answer.text();
}

async function revoke(stack: Stack): Promise<IssuedToken> {
  const issued = await stack.token(part);
  expect((await keyAnswer(stack, issued)).status).toBe(200);
  bodyOf(await stack.client.revoke({ body: { token: issued.token } }));
  await expectRefused(stack, issued);
  return issued;
}

/** Half a minute of wrangler. */
const isTried = process.env.LONG_TESTS === "1" && postgresServer() !== "";

describe.runIf(isTried)("a deployment that moves from D1 to Postgres and back", () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "ladderlock-move-"));
    postgres = await createPostgresDatabase("nothing");
    await makeDeployment("first");
    const clip = file("clip.mp4");
    await generateClip({ path: clip, size: "320x180", frameRate: "10", seconds: 4, sound: true });
    const stack = await startStack({ database: "d1", state: stateOf("first") });
    try {
      part = await stack.ingest(clip);
      const policies = [{ quality: "360p", policy: "ENTITLED", entitlement: 'film\'s "price"' }] as const;
      bodyOf(await stack.client.setPolicies({ body: { ...part, policies } }));
      await addTextsAndPoster(stack, part);
      texts = await editedTexts(stack, part);
      apiKey = bodyOf(await stack.client.createApiKey({ body: { name: "Reader", scopes: ["posts:read"] } })).key;
      post = bodyOf(await stack.client.getVideoPost({ params: part }));
      kept = await stack.token(part);
      film = await content(stack, kept);
      beside = await untilPlayed(stack);
      revoked = [await revoke(stack)];
    } finally {
      await stack.stop();
    }
  });

  afterAll(async () => {
    await postgres?.drop();
    await rm(directory, { recursive: true, force: true });
  });

  it("has the same rows in Postgres", async () => {
    await wrangler("first", "export", "ladderlock", "--output", file("d1.sql"));
    expect(await ladderlock("database", "export", "--d1", file("d1.sql"), "--output", file("moved"))).toMatchObject({
      ...{ code: 0, err: "" },
    });
    expect(await ladderlock("migrate")).toMatchObject({ code: 0, err: "" });
    expect(await ladderlock("database", "import", file("moved"))).toMatchObject({ code: 0, err: "" });
    expect(await ladderlock("database", "export", "--verify", file("moved"))).toMatchObject({ code: 0, err: "" });
  });

  it("plays the same film on Postgres, knows its API key and its revoked token, and revokes another", async () => {
    const stack = await startStack({ database: postgres, state: stateOf("first") });
    try {
      await expectSameDeployment(stack);
      revoked.push(await revoke(stack));
    } finally {
      await stack.stop();
    }
    const compared = await ladderlock("database", "export", "--verify", file("moved"));
    expect(compared.err).toMatch(/^Not equal to /);
    const differing = compared.err.matchAll(/(?:rows of (\w+) differ|(\w+) has \d+ rows)/g);
    for (const [, rows, count] of differing) expect(CHANGED_ON_POSTGRES).toContain(rows ?? count);
  });

  it("has the same rows in a new D1", async () => {
    await cp(stateOf("first"), stateOf("last"), { recursive: true });
    await rm(join(stateOf("last"), "d1"), { recursive: true });
    await makeDeployment("last");
    expect(await ladderlock("database", "export", "--output", file("back"))).toMatchObject({ code: 0, err: "" });
    expect(await ladderlock("database", "import", file("back"), "--d1", file("back.sql"))).toMatchObject({ code: 0 });
    await wrangler("last", "execute", "ladderlock", "--file", file("back.sql"));
    await wrangler("last", "export", "ladderlock", "--output", file("check.sql"));
    expect(await ladderlock("database", "export", "--d1", file("check.sql"), "--verify", file("back"))).toMatchObject({
      ...{ code: 0, err: "" },
    });
  });

  it("plays the same film on the new D1, knows its API key and both revoked tokens, and revokes another", async () => {
    const stack = await startStack({ database: "d1", state: stateOf("last") });
    try {
      await expectSameDeployment(stack);
      await revoke(stack);
    } finally {
      await stack.stop();
    }
  });
});
