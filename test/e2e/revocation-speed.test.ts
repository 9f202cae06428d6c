import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bodyOf, type Operations } from "../../client/index.ts";
import { type PublishedPost, publishPost } from "../fixtures/isolates/published-post.ts";
import { type Part, type Stack, startStack } from "./stack.ts";

/*
 * How fast a revocation takes effect at each route, over HTTP, under continuous requests. Prints the figures of
 * docs/security.md, and fails if a request that started after the response succeeds.
 */

const ASKING_AT_ONCE = 8;
const RUNS = 5;
/** What is asked before and after, so that there is something to see. */
const BEFORE_MS = 100;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ processor: false });
});
afterAll(() => stack?.stop());

type Credential = {
  /** Asks once; whether it was let in. */
  readonly ask: (asker: number) => Promise<boolean>;
  readonly close: () => Promise<{ readonly ok: boolean }>;
  /** Milliseconds between two questions of one asker, where too many of them are refused for being many. */
  readonly pauseMs?: number;
};

type Attempt = { readonly begun: number; readonly ended: number; readonly letIn: boolean };

/** `answerMs`: from the request to revoke to its answer. `lastInMs`: from there to the last answer that let somebody in. */
type Measured = { readonly answerMs: number; readonly lastInMs: number; readonly letInTooLate: number };

async function measure({ ask, close, pauseMs = 0 }: Credential): Promise<Measured> {
  const attempts: Attempt[] = [];
  const until = { refused: false };
  const asking = Array.from({ length: ASKING_AT_ONCE }, async (_, asker) => {
    for (let letIn = true; letIn; ) {
      const begun = performance.now();
      letIn = await ask(asker);
      attempts.push({ begun, ended: performance.now(), letIn });
      if (!letIn && !until.refused) throw new Error("refused before anything was revoked");
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  });
  const everybodyRefused = Promise.all(asking);
  await Promise.race([everybodyRefused, new Promise((resolve) => setTimeout(resolve, BEFORE_MS))]);
  until.refused = true;
  const sent = performance.now();
  const answer = await close();
  const answered = performance.now();
  expect(answer).toMatchObject({ ok: true });
  await everybodyRefused;
  const lettingIn = attempts.filter(({ letIn }) => letIn);
  return {
    answerMs: answered - sent,
    lastInMs: Math.max(0, ...lettingIn.map(({ ended }) => ended - answered)),
    letInTooLate: lettingIn.filter(({ begun }) => begun > answered).length,
  };
}

type Watched = { readonly film: PublishedPost; readonly token: string; readonly part: Part };

async function watch(more: Parameters<Stack["token"]>[1] = {}): Promise<Watched> {
  const film = await publishPost(stack);
  const part = { videoPostId: film.videoPostId, fileIndex: 0 };
  const { token } = await stack.token(part, more);
  return { film, token, part };
}

async function keyOf({ film, token }: Watched): Promise<boolean> {
  const { keyId } = film.keys.keys.find(({ quality }) => quality === "720p")!;
  const response = await fetch(`${stack.origin}/video/enc/key?keyId=${keyId}&quality=720p&token=${token}`);
  const bytes = (await response.arrayBuffer()).byteLength;
  // The runtime sets the length.
  return response.status === 200 && bytes === 16 && response.headers.get("content-length") === "16";
}

function revoke(target: Operations["revoke"]["input"]["body"]) {
  return stack.client.revoke({ body: target });
}

async function qualitiesOf(part: Part): Promise<readonly string[]> {
  const issued = await stack.viewer.issueViewerToken({ body: part });
  return issued.ok ? issued.body.qualities : [];
}

async function withApiKey(): Promise<Credential> {
  const made = await stack.client.createApiKey({ body: { name: "measured", scopes: ["posts:read"] } });
  const { key, keyId } = bodyOf(made);
  return {
    ask: async () => (await stack.client.listVideoPosts({}, { token: key })).status === 200,
    close: () => stack.client.revokeApiKey({ params: { keyId } }),
  };
}

const CREDENTIALS: readonly (readonly [string, () => Promise<Credential>])[] = [
  [
    "a token",
    async () => {
      const watched = await watch();
      return { ask: () => keyOf(watched), close: () => revoke({ token: watched.token }) };
    },
  ],
  [
    "a viewer",
    async () => {
      const watched = await watch({ viewer: "site:measured" });
      return { ask: () => keyOf(watched), close: () => revoke({ viewer: "site:measured" }) };
    },
  ],
  [
    "the tokens of a part",
    async () => {
      const watched = await watch();
      return { ask: () => keyOf(watched), close: () => revoke(watched.part) };
    },
  ],
  [
    "a key version",
    async () => {
      const watched = await watch();
      return { ask: () => keyOf(watched), close: () => revoke({ ...watched.part, keyVersion: 1 }) };
    },
  ],
  [
    "a post that is deleted",
    async () => {
      const watched = await watch();
      const { videoPostId } = watched.film;
      return { ask: () => keyOf(watched), close: () => stack.client.deleteVideoPost({ params: { videoPostId } }) };
    },
  ],
  [
    "a policy, at token issue",
    async () => {
      const { part } = await watch();
      const policies = [{ quality: "480p", policy: "DENIED" }] as const;
      return {
        ask: async () => (await qualitiesOf(part)).includes("480p"),
        close: () => stack.client.setPolicies({ body: { ...part, policies } }),
        pauseMs: 100,
      };
    },
  ],
  ["an API key, at its routes", withApiKey],
];

describe("a revocation lets nobody in who asks after its answer", () => {
  const figures: Record<string, { "answer, ms": string; "last let in after it, ms": string }> = {};
  afterAll(() => console.table(figures));

  it.each(CREDENTIALS)("%s", async (name, open) => {
    const measured: Measured[] = [];
    for (let run = 0; run < RUNS; run++) measured.push(await measure(await open()));
    const range = (values: number[]) => `${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)}`;
    figures[name] = {
      "answer, ms": range(measured.map(({ answerMs }) => answerMs)),
      "last let in after it, ms": range(measured.map(({ lastInMs }) => lastInMs)),
    };
    expect(measured.map(({ letInTooLate }) => letInTooLate)).toEqual(Array(RUNS).fill(0));
  });
});
