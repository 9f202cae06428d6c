import { base64UrlDecode, base64UrlEncode } from "../../../shared/lib/base64.ts";
import { createTokenSigner } from "../../../shared/playback-token/token-signer.ts";
import { TEST_SECRETS } from "../../e2e/test-secrets.ts";
import type { Part, Posts } from "./gate-posts.ts";
import { postOf } from "./gate-posts.ts";
import { REQUESTS, type Row, type SessionState, TOKENS, type TokenState } from "./gate-specification.ts";
import { administer, anonymousToken, askKey, type Held, siteToken, startSession, tokenId } from "./viewing.ts";
import { startWorker, type TestWorker } from "./worker.ts";

/*
 * The tokens of the gate's table. All of them are issued, start their sessions and count them over HTTP, at the time
 * that their state needs; what is forged is made out of a genuine one.
 */

const MINUTE_MS = 60_000;
const PREVIOUS_KEY = TEST_SECRETS.TOKEN_SIGNING_KEYS;
const SECRET = new Uint8Array(32).fill(7);
/** The current signing key with the previous one beside it. */
export const SIGNING_KEYS = `t2:${btoa(String.fromCharCode(...SECRET))},${PREVIOUS_KEY}`;

/** What a row asks with, one for each session, and the id by which its sessions are counted. */
export type RowTokens = { readonly asked: readonly (string | null)[]; readonly countedAs: string };

type Times = {
  readonly now: TestWorker;
  readonly halfAnHourAgo: TestWorker;
  readonly twoHoursAgo: TestWorker;
  readonly previousKey: TestWorker;
};

export function issuingWorkers(): Times {
  const at = (minutes: number, keys = SIGNING_KEYS) => {
    const worker = startWorker({ TOKEN_SIGNING_KEYS: keys });
    worker.advance(minutes * MINUTE_MS);
    return worker;
  };
  return { now: at(0), halfAnHourAgo: at(-30), twoHoursAgo: at(-120), previousKey: at(0, PREVIOUS_KEY) };
}

/** An issued token lives for 10 minutes and a session, of a short film, for an hour. */
function issuer(times: Times, token: TokenState): TestWorker {
  const { life } = TOKENS[token];
  if (life === "over") return times.twoHoursAgo;
  if (life === "starts no more") return times.halfAnHourAgo;
  return token === "a session token of the previous signing key" ? times.previousKey : times.now;
}

function partFor(posts: Posts, { token, key }: Row): Part {
  const post = TOKENS[token].isFor === "another post" ? posts.elsewhere : postOf(posts, key);
  return post.parts[TOKENS[token].isFor === "another part" ? 1 : 0];
}

const MAX_USES: Readonly<Record<SessionState, number>> = {
  "in a new session": 3,
  "in a session that was counted, the only one that may be": 1,
  "in a new session, after another has taken the only use": 1,
};

export async function prepareTokens(times: Times, posts: Posts, row: Row): Promise<RowTokens> {
  const facts = TOKENS[row.token];
  const worker = issuer(times, row.token);
  const part = partFor(posts, row);
  const limits = { qualities: ["480p", "360p"], maxUses: MAX_USES[row.session] };
  const issued = await (facts.uses === "free" ? anonymousToken(worker, part) : siteToken(worker, part, limits));
  const sessions = facts.kind === "issued" ? [issued] : await startSessions(worker, part, issued, row);
  if (row.session !== "in a new session") {
    const uses = row.session.includes("another") ? await startSession(worker, part, issued) : sessions[0]!;
    const answer = await askKey(worker, part, uses);
    if (answer !== "key") throw new Error(`the session could not be counted: ${answer}`);
  }
  const asked = await Promise.all(sessions.map(({ token }) => asAsked(times.now, row.token, token)));
  return { asked, countedAs: tokenId(issued) };
}

function startSessions(worker: TestWorker, part: Part, issued: Held, { requests }: Row): Promise<Held[]> {
  const { sessions } = REQUESTS[requests];
  return Promise.all(Array.from({ length: sessions }, () => startSession(worker, part, issued)));
}

/** What is done to a token before it is asked with: from outside, or in the database. */
async function asAsked(worker: TestWorker, state: TokenState, genuine: string): Promise<string | null> {
  const [header, payload, signature] = genuine.split(".") as [string, string, string];
  switch (state) {
    case "a session token with another payload":
      return `${header}.${withAnotherQuality(payload)}.${signature}`;
    case "a session token that a stranger has signed":
      return signedBy("play+jwt", "t2", new Uint8Array(32).fill(9), payload);
    case "a session token with an unknown kid":
      return signedBy("play+jwt", "t9", SECRET, payload);
    case "a token of another type":
      return signedBy("job+jwt", "t2", SECRET, payload);
    case "a session token with alg none":
      return `${encoded({ alg: "none", typ: "play+jwt", kid: "t2" })}.${payload}.`;
    case "garbage":
      return "neither.a.token";
    case "an empty token":
      return "";
    case "no token":
      return null;
    case "an issued token that was revoked":
    case "a session token of a revoked token":
    case "a session token of a revoked token without limits":
      await administer(worker, "POST", "/admin/video/enc/revoke", { tokenId: tokenId({ token: genuine }) });
      return genuine;
    default:
      return genuine;
  }
}

function withAnotherQuality(payload: string): string {
  return encoded({ ...(decoded(payload) as object), q: ["1080p", "480p", "360p"] });
}

function signedBy(type: "play+jwt" | "job+jwt", id: string, bytes: Uint8Array<ArrayBuffer>, payload: string) {
  return createTokenSigner(type, [{ id, bytes }]).sign(decoded(payload) as { exp: number });
}

function encoded(value: unknown): string {
  return base64UrlEncode(new TextEncoder().encode(JSON.stringify(value)));
}

function decoded(part: string): unknown {
  return JSON.parse(new TextDecoder().decode(base64UrlDecode(part)));
}
