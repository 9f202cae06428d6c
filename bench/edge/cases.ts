import { secretId } from "../../shared/lib/random-id.ts";
import { parseSecretList } from "../../shared/lib/secret-list.ts";
import { fromWire, sessionClaims, toWire } from "../../shared/playback-token/claims.ts";
import { createTokenSigner } from "../../shared/playback-token/token-signer.ts";
import { TEST_SECRETS } from "../../test/e2e/test-secrets.ts";
import { type PublishedPost, post } from "./published-post.ts";
import type { WorkerName } from "./workerd.ts";

/** A request to our Worker, and what the barest Worker does in its place. */
export type EdgeCase = {
  readonly name: string;
  /** Least ratio of requests per second that the project asks of itself. */
  readonly target: number;
  readonly ours: Asked;
  readonly bare: Asked & { readonly worker: Exclude<WorkerName, "ladderlock"> };
  /** What the barest Worker holds in memory: the body of our answer to this path, uncompressed. */
  readonly memoryOf?: string;
};

export type Asked = { readonly nextPath: () => string; readonly headers?: Readonly<Record<string, string>> };

/** Each play session is used once in a round of many sessions; enough for the fastest of machines. */
const SESSIONS = 60_000;

export async function edgeCases(origin: URL, published: PublishedPost): Promise<EdgeCase[]> {
  const part = { videoPostId: published.videoPostId, fileIndex: 0 };
  const admin = TEST_SECRETS.ADMIN_API_KEY;
  const { token } = await post<{ token: string }>(origin, "/admin/video/enc/token", admin, part);
  const sessions = await sessionTokens(token, SESSIONS);
  const resource = `/video/enc/videoResource/${published.videoPostId}/0`;
  const master = `${resource}/master.m3u8?token=${token}`;
  const media = `${resource}/1080p/index.m3u8?token=${sessions[0]}`;
  const { keyId } = published.keys.keys.find((key) => key.quality === "1080p")!;
  const key = (session: string) => `/video/enc/key?keyId=${keyId}&quality=1080p&token=${session}`;
  const root = { nextPath: () => "/" };
  const segments = [...published.segmentKeys].map(([bytes, objectKey]) => ({
    name: `segment of ${(bytes / 1e6).toFixed(1)} MB`,
    target: 0.9,
    ours: { nextPath: () => `/video/enc/segments/${objectKey}` },
    bare: { worker: "object" as const, nextPath: () => `/${objectKey}` },
  }));
  return [
    {
      name: "master, new session each time",
      target: 0.5,
      ours: { nextPath: () => master },
      bare: { ...root, worker: "memory" },
      memoryOf: master,
    },
    {
      name: "media playlist, plain",
      target: 0.65,
      ours: { nextPath: () => media },
      bare: { ...root, worker: "memory" },
      memoryOf: media,
    },
    {
      name: "media playlist, gzip",
      target: 0.9,
      ours: { nextPath: () => media, headers: { "accept-encoding": "gzip" } },
      bare: { ...root, worker: "memory" },
      memoryOf: media,
    },
    {
      name: "key, one session",
      target: 0.8,
      ours: { nextPath: () => key(sessions[0]!) },
      bare: { ...root, worker: "database" },
    },
    {
      name: "key, new session each time",
      target: 0.8,
      ours: { nextPath: () => key(takeOne(sessions)) },
      bare: { ...root, worker: "database" },
    },
    ...segments,
  ];
}

/** What the master mints for `token`, many times: minted here, so that no round waits for it. */
async function sessionTokens(token: string, count: number): Promise<string[]> {
  const signer = createTokenSigner("play+jwt", parseSecretList(TEST_SECRETS.TOKEN_SIGNING_KEYS, 32));
  const now = Date.now() / 1000;
  const verified = await signer.verify(token, now);
  const issued = verified.kind === "valid" ? fromWire(verified.payload) : null;
  if (issued === null) throw new Error("the token that was issued does not verify");
  const mint = () => signer.sign(toWire(sessionClaims(issued, secretId(), Math.floor(now))));
  return Promise.all(Array.from({ length: count }, mint));
}

function takeOne(sessions: string[]): string {
  const session = sessions.pop();
  if (session === undefined) throw new Error("there are no more play sessions for this benchmark");
  return session;
}
