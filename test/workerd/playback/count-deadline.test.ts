import { expect, it, vi } from "vitest";
import { createPlayCounting } from "../../../edge/gate/count-play.ts";
import { fromCall, type PlayCall } from "../../../edge/gate/play-call.ts";
import type { CountedPlay } from "../../../edge/gate/play-counter.ts";
import type { PlaybackClaims } from "../../../shared/playback-token/claims.ts";

const NOW = 1_000_000_000;
const origin = { issuedAt: NOW / 1000, expiresAt: NOW / 1000 + 600 };
const part = {
  videoPostId: "post",
  fileIndex: 0,
  keyVersion: 1,
  objectPath: "p/",
  qualities: ["480p"],
  postVersion: 1,
};
const claims: PlaybackClaims = {
  ...{ kind: "session", tokenId: "token", sessionId: "new", ...part, feedPosition: 7, viewerId: "viewer" },
  ...{ apiKeyId: null, maxUses: null, sessionLimit: { atMost: 2, overflow: "END_OLDEST" }, sessionSeconds: 3600 },
  ...{
    issuedAt: origin.issuedAt,
    expiresAt: origin.issuedAt + 3600,
    startedAt: origin.issuedAt,
    origin,
    binding: null,
  },
};

/** Time that passes only while somebody sleeps; every answer of the object takes so long. */
function counting(answersAfterMs: number, askRevoked: () => Promise<boolean[]>) {
  let at = 0;
  const waiting: { readonly at: number; readonly wake: () => void }[] = [];
  const sleep = (ms: number) => new Promise<void>((wake) => waiting.push({ at: at + ms, wake }));
  const live = ["a", "b"].map((sessionId) => ({ sessionId, claims, startedAt: NOW, expiresAt: NOW + 1000 }));
  const begin = vi.fn(async (...call: PlayCall): Promise<CountedPlay> => {
    await sleep(answersAfterMs);
    return fromCall(call).revoked === undefined ? { live } : "ok";
  });
  const counters = { getByName: () => ({ begin }) } as never;
  const feed = { isRevoked: () => "unknown" as const, askRevoked };
  const turn = async () => {
    waiting.sort((a, b) => a.at - b.at);
    const next = waiting.shift();
    if (next !== undefined) at = next.at;
    next?.wake();
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  const outcome = async () => {
    let answer: string | undefined;
    const asked = createPlayCounting({ counters, feed, longestSeconds: 86_400, sleep, onAway: () => {} }).begin(
      claims,
      NOW,
    );
    void asked.then((kind) => (answer = kind));
    for (let turns = 0; answer === undefined && turns < 100; turns++) await turn();
    return { answer, at };
  };
  return { begin, outcome };
}

it("asks about all sessions that hold a place at once, and then counts", async () => {
  const askRevoked = vi.fn(async () => [false, true]);
  const { begin, outcome } = counting(100, askRevoked);
  expect(await outcome()).toMatchObject({ answer: "counted" });
  expect(askRevoked).toHaveBeenCalledTimes(1);
  expect(fromCall(begin.mock.lastCall!).revoked).toEqual(["b"]);
});

it.each([
  ["the database does not answer", 100, () => new Promise<boolean[]>(() => {})],
  ["each call of the object takes most of the time", 4000, async () => [false, false]],
])("is away within 5 s in all where %s", async (_, answersAfterMs, askRevoked) => {
  const { answer, at } = await counting(answersAfterMs, askRevoked).outcome();
  expect(answer).toBe("away");
  expect(at).toBeLessThanOrEqual(5000);
});

it("is away where the database fails, and refuses nobody", async () => {
  const fails = () => Promise.reject(new Error("overloaded"));
  expect(await counting(100, fails).outcome()).toMatchObject({ answer: "away" });
});
