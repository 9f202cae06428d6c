import { TEST_SECRETS } from "../../test/e2e/test-secrets.ts";
import type { PublishedPost } from "../../test/fixtures/isolates/published-post.ts";
import type { Isolate } from "../../test/fixtures/isolates/three-isolates.ts";
import type { SeededRandom } from "../../test/fixtures/seeded-random.ts";
import { type Answer, type Asked, ask } from "./requests.ts";

/** What came of all requests of the audience. */
export type Outcome = {
  requests: number;
  keys: number;
  readonly refusals: Map<string, number>;
  /** Tokens that are revoked while their viewers watch. */
  readonly watching: { readonly tokenId: string; readonly session: string }[];
};

export type Audience = {
  readonly watch: (viewer: number) => Promise<void>;
  /** Of a session that is watched. */
  readonly askKey: (session: string, quality: string) => Promise<string>;
  readonly outcome: Outcome;
};

type Options = {
  readonly isolates: readonly Isolate[];
  readonly published: PublishedPost;
  readonly random: SeededRandom;
  /** Whether the viewer's token may be used once. */
  readonly isCounted: (viewer: number) => boolean;
};

/** Of the viewers. */
const REFRESHING = 0.02;
const KEPT_FOR_REVOCATIONS = 0.05;

/** Viewers who each make nine requests or so: token, master, two playlists, three keys, each at any of the isolates. */
export function createAudience({ isolates, published, random, isCounted }: Options): Audience {
  const outcome: Outcome = { requests: 0, keys: 0, refusals: new Map(), watching: [] };
  const part = { videoPostId: published.videoPostId, fileIndex: 0 };
  const resource = `/video/enc/videoResource/${published.videoPostId}/0`;

  const send = async (asked: Asked): Promise<Answer> => {
    outcome.requests++;
    const answer = await ask(isolates[Math.floor(random() * isolates.length)]!, asked);
    if (answer.status >= 400) {
      const { code } = JSON.parse(answer.body.toString()) as { code: string };
      outcome.refusals.set(code, (outcome.refusals.get(code) ?? 0) + 1);
    }
    return answer;
  };

  const issue = (viewer: number) => {
    const headers = { "cf-connecting-ip": `10.${viewer >> 16}.${(viewer >> 8) & 255}.${viewer & 255}` };
    if (!isCounted(viewer)) return send({ method: "POST", path: "/video/enc/token", headers, body: part });
    const admin = { authorization: `Bearer ${TEST_SECRETS.ADMIN_API_KEY}` };
    const body = { ...part, maxUses: 1, viewer: `site:${viewer}` };
    return send({ method: "POST", path: "/admin/video/enc/token", headers: { ...headers, ...admin }, body });
  };

  const askKey = async (session: string, quality: string): Promise<string> => {
    const { keyId } = published.keys.keys.find((key) => key.quality === quality)!;
    const { status, body } = await send({ path: `/video/enc/key?keyId=${keyId}&quality=${quality}&token=${session}` });
    if (status !== 200) return (JSON.parse(body.toString()) as { code: string }).code;
    outcome.keys++;
    return "key";
  };

  const watch = async (viewer: number) => {
    const issued = await issue(viewer);
    if (issued.status !== 200) return;
    const { token } = JSON.parse(issued.body.toString()) as { token: string };
    const master = await send({ path: `${resource}/master.m3u8?token=${token}` });
    const session = /token=([\w.-]+)/.exec(master.body.toString())?.[1];
    if (session === undefined) return;
    for (const quality of ["480p", "360p"]) {
      const headers = { "accept-encoding": "gzip" };
      await send({ path: `${resource}/${quality}/index.m3u8?token=${session}`, headers });
    }
    for (const quality of ["480p", "360p", "480p"]) await askKey(session, quality);
    if (random() < REFRESHING) {
      const authorization = `Bearer ${session}`;
      await send({ method: "POST", path: "/video/enc/session", headers: { authorization } });
    }
    if (random() < KEPT_FOR_REVOCATIONS) outcome.watching.push({ tokenId: tokenIdOf(token), session });
  };

  return { watch, askKey, outcome };
}

function tokenIdOf(token: string): string {
  const payload = JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString()) as { jti: string };
  return payload.jti;
}
