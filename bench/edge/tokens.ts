import { createHmac } from "node:crypto";
import { bodyOf, createClient } from "../../client/index.ts";
import { secretId } from "../../shared/lib/random-id.ts";
import { parseSecretList } from "../../shared/lib/secret-list.ts";
import { fromWire, type PlaybackClaims, sessionClaims, toWire } from "../../shared/playback-token/claims.ts";
import { createTokenSigner } from "../../shared/playback-token/token-signer.ts";
import { TEST_SECRETS } from "../../test/e2e/test-secrets.ts";
import type { PublishedPost } from "../../test/fixtures/isolates/published-post.ts";

/** What requests are made with. Sessions are signed here beforehand, so that no round waits for them. */
export type Tokens = {
  readonly issued: string;
  /** Of a token without limits. */
  readonly session: string;
  /** The same of another viewer each time. */
  readonly nextSession: () => string;
  /** Of a token with maxUses, always the same. */
  readonly counted: string;
  /** Of another token with maxUses each time. */
  readonly nextCounted: () => string;
  readonly apiKey: string;
};

/** Enough for the fastest of machines: a first use takes a millisecond. */
const FIRST_USES = 12_000;
/** Viewers without limits who ask one after the other. */
const VIEWERS = 5_000;

export async function issuedTokens(origin: URL, { videoPostId }: PublishedPost): Promise<Tokens> {
  const client = createClient({ baseUrl: origin.origin, token: TEST_SECRETS.ADMIN_API_KEY });
  const issue = async (more: { readonly maxUses?: number }) =>
    bodyOf(await client.issueToken({ body: { videoPostId, fileIndex: 0, ...more } }));
  const [{ token }, counted] = await Promise.all([issue({}), issue({ maxUses: 10_000 })]);
  const signer = createTokenSigner("play+jwt", parseSecretList(TEST_SECRETS.TOKEN_SIGNING_KEYS, 32));
  const now = Math.floor(Date.now() / 1000);
  const claimsOf = async (issued: string): Promise<PlaybackClaims> => {
    const verified = await signer.verify(issued, now);
    const claims = verified.kind === "valid" ? fromWire(verified.payload) : null;
    if (claims === null) throw new Error("the token that was issued does not verify");
    return claims;
  };
  const start = (claims: PlaybackClaims) => signer.sign(toWire(sessionClaims(claims, secretId(), now)));
  const [free, limited] = await Promise.all([claimsOf(token), claimsOf(counted.token)]);
  const startMany = (length: number, claims: PlaybackClaims) =>
    Promise.all(Array.from({ length }, () => start({ ...claims, tokenId: secretId() })));
  const firstUses = await startMany(FIRST_USES, limited);
  const sessions = await startMany(VIEWERS, free);
  let next = 0;
  const { key } = bodyOf(await client.createApiKey({ body: { name: "Site", scopes: ["tokens:issue"] } }));
  return {
    issued: token,
    session: await start(free),
    nextSession: () => sessions[next++ % VIEWERS]!,
    counted: await start(limited),
    nextCounted: () => takeOne(firstUses),
    apiKey: key,
  };
}

function takeOne(tokens: string[]): string {
  const token = tokens.pop();
  if (token === undefined) throw new Error("there are no more tokens for this benchmark");
  return token;
}

const SITE = { id: "site", issuer: "https://site.example", audience: "ladderlock", algorithm: "HS256" };
const SITE_SECRET = "0123456789abcdef0123456789abcdef";

/** Settings for viewers with a JWT of their site. */
export const SITE_SETTINGS = {
  VIEWER_ISSUERS: JSON.stringify([SITE]),
  VIEWER_SECRETS: `site:${Buffer.from(SITE_SECRET).toString("base64")}`,
};

export function viewerJwt(subject: string): string {
  const claims = { iss: SITE.issuer, aud: SITE.audience, sub: subject, exp: Math.floor(Date.now() / 1000) + 7200 };
  const header = { alg: "HS256", kid: "site" };
  const encoded = [header, claims].map((json) => Buffer.from(JSON.stringify(json)).toString("base64url"));
  const signature = createHmac("sha256", SITE_SECRET).update(encoded.join(".")).digest("base64url");
  return [...encoded, signature].join(".");
}
