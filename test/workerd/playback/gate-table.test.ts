import { beforeAll, describe, expect, it } from "vitest";
import { base64Encode } from "../../../shared/lib/base64.ts";
import { pairsOf } from "../support/cover-pairs.ts";
import { changePosts, contentKeys, keyIdOf, type LaterKeys, type Posts, publishPosts } from "../support/gate-posts.ts";
import { isSingleFactor, ROWS, rowsToAsk, sentence } from "../support/gate-rows.ts";
import { type Answer, expectedOf, QUALITIES, REQUESTS, type Row } from "../support/gate-specification.ts";
import { issuingWorkers, prepareTokens, type RowTokens, SIGNING_KEYS } from "../support/gate-tokens.ts";
import { longTests } from "../support/test-env.ts";
import { startWorker } from "../support/worker.ts";

/* The rows of the key gate's table: what is answered, and what was consumed. LONG_TESTS=1 asks every one of them. */

const ASKED = rowsToAsk(longTests);
const ROWS_AT_ONCE = 8;
const worker = startWorker({ TOKEN_SIGNING_KEYS: SIGNING_KEYS });
let posts: Posts;
let later: LaterKeys;
const tokens = new Map<Row, RowTokens>();

beforeAll(async () => {
  const times = issuingWorkers();
  posts = await publishPosts(times.now);
  await prepareRows(times);
  later = await changePosts(times.now, posts);
  worker.advance(60_000);
});

/** Several at once, since each waits for the database most of the time. No row's tokens are those of another. */
async function prepareRows(times: ReturnType<typeof issuingWorkers>): Promise<void> {
  const left = [...ASKED];
  const next = async () => {
    for (let row = left.pop(); row !== undefined; row = left.pop()) {
      tokens.set(row, await prepareTokens(times, posts, row));
    }
  };
  await Promise.all(Array.from({ length: ROWS_AT_ONCE }, next));
}

describe("the key gate answers", () => {
  it("more than a thousand rows, no two alike", () => {
    expect(ROWS.length).toBeGreaterThan(1000);
    expect(new Set(ROWS.map(sentence)).size).toBe(ROWS.length);
  });

  it("each pair of values of the table in the rows that are asked, and each row that differs from the plain one in one column", () => {
    const pairs = (rows: readonly Row[]) => new Set(rows.flatMap(pairsOf));
    expect(pairs(ASKED)).toEqual(pairs(ROWS));
    expect(ROWS.filter((row) => isSingleFactor(row) && !ASKED.includes(row))).toEqual([]);
  });

  it.each(ASKED.map((row) => [sentence(row), row] as const))("%s", async (_, row) => {
    const { answers: expected, counted } = expectedOf(row);
    const before = await sessionsOf(row);
    const responses = await Promise.all(urlsOf(row).map((url) => ask(url, row)));
    const answers = await Promise.all(responses.map((response) => answerOf(response, row)));
    expect(tally(answers)).toEqual(tally(expected.flatMap(({ times, ...one }) => Array(times).fill(one))));
    expect((await sessionsOf(row)) - before).toBe(counted);
  });
});

function urlsOf(row: Row): string[] {
  const { asked } = tokens.get(row)!;
  const { requests } = REQUESTS[row.requests];
  const { value: quality, exists } = QUALITIES[row.quality];
  const keyId = keyIdOf(posts, later, row.key, exists ? quality! : "480p");
  return Array.from({ length: requests }, (_, n) => {
    const parameters = { keyId, quality, token: asked[n % asked.length]! };
    const given = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== null);
    return `/video/enc/key?${new URLSearchParams(given)}`;
  });
}

function ask(url: string, { method }: Row): Promise<Response> {
  if (method !== "OPTIONS as a preflight") return worker.fetch(url, { method });
  const headers = { origin: "https://site.example", "access-control-request-method": "GET" };
  return worker.fetch(url, { method: "OPTIONS", headers });
}

/** Reads the whole answer; what holds for every one of them is asserted here. */
async function answerOf(response: Response, row: Row): Promise<Answer> {
  const { status, headers } = response;
  const body = new Uint8Array(await response.arrayBuffer());
  expect(headers.get("access-control-allow-origin")).toBe("*");
  if (status >= 400) {
    expect(headers.get("content-type")).toBe("application/problem+json");
    expect(headers.get("cache-control")).toBe("no-store");
    const says = row.method === "HEAD" ? codeToHead(row) : JSON.parse(new TextDecoder().decode(body)).code;
    return { status, says };
  }
  if (body.length === 0) return { status, says: "no body" };
  expect(headers.get("content-type")).toBe("application/octet-stream");
  expect(headers.get("cache-control")).toMatch(/^private, max-age=[1-9][0-9]{0,2}$/);
  expect(base64Encode(body)).toBe(keyNamedBy(row));
  return { status, says: "key" };
}

/** A HEAD has no body that could say why; its status is what is compared. */
function codeToHead(row: Row): string {
  return expectedOf(row).answers[0]!.says;
}

function keyNamedBy(row: Row): string | undefined {
  return contentKeys(posts, later).get(keyIdOf(posts, later, row.key, QUALITIES[row.quality].value!) ?? "");
}

async function sessionsOf(row: Row): Promise<number> {
  const tokenId = tokens.get(row)!.countedAs;
  const status = await worker.context.gate.counting.status({ tokenId }, tokenId, Date.now());
  if (status === "away") throw new Error("the counter is away");
  return status.uses;
}

function tally(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, says } of answers) counts[`${status} ${says}`] = (counts[`${status} ${says}`] ?? 0) + 1;
  return counts;
}
