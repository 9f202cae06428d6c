import { qualityOfAlias } from "../../../shared/domain/quality/quality.ts";
import type { Execution } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { type Refusal, refused } from "../../http/refusal.ts";
import { readToken } from "../../playback/read-token.ts";
import { type SegmentServer, segmentServer } from "../../playback/segment-server.ts";
import { readSignedSegment } from "./clear-segments.ts";
import type { ProxiedPart } from "./proxied-parts.ts";

type Asked = {
  readonly jobName: string;
  readonly variant: string;
  readonly segment: string;
  readonly url: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly request: Request;
  readonly execution: Execution;
};
type Outcome = Response | Refusal;

export interface ProxySegments {
  encrypted(asked: Asked, part: ProxiedPart): Promise<Outcome>;
  /** By the signature in the URL. */
  clear(asked: Asked): Promise<Outcome>;
}

type PrefixDeps = Pick<Context, "gate" | "playbackTokens" | "now">;
/** Of the Context. */
export type SegmentsDeps = PrefixDeps & Pick<Context, "env" | "clearSignatures">;

const SEGMENT_NAME = /^seg_\d{5,9}\.ts$/;

/** The name stays when the version changes, so a cache asks each time whether its copy is still right. */
const CHECKED_EACH_TIME = "public, no-cache";

/** A browser may keep a clear segment for this long, and no longer than its signature holds. */
const MOST_KEPT_SECONDS = 300;

/**
 * Segments by the names of the document. Playlists name the immutable URLs of ciphertext, which caches keep; here is the
 * same ciphertext for clients that build the name of a segment themselves.
 */
export function proxySegments(deps: SegmentsDeps, serve: SegmentServer): ProxySegments {
  const missing = { code: "superseded", detail: "The clear renditions were deleted or replaced." } as const;
  const serveClear = segmentServer({ bucket: deps.env.SOURCE, cache: null, missing });

  return {
    encrypted: async (asked, part) => {
      const quality = qualityOfAlias(asked.variant);
      if (quality === null || !SEGMENT_NAME.test(asked.segment)) return refused("not-found");
      const prefix = await prefixOf(deps, asked, part);
      if (typeof prefix !== "string") return prefix;
      const objectKey = `${prefix}${quality}/${asked.segment}`;
      return serve({ ...asked, objectKey, cacheControl: CHECKED_EACH_TIME });
    },
    clear: async (asked) => {
      const { jobName, segment, query } = asked;
      const quality = qualityOfAlias(asked.variant);
      if (quality === null || !SEGMENT_NAME.test(segment)) return refused("not-found");
      const now = deps.now();
      const read = await readSignedSegment(deps.clearSignatures, { jobName, quality, segment }, query, now);
      if (read.kind !== "segment") return refused(read.kind === "expired" ? "token-expired" : "token-invalid");
      const left = Math.max(0, Math.floor(read.expiresAt - now / 1000));
      const cacheControl = `private, max-age=${Math.min(left, MOST_KEPT_SECONDS)}`;
      return serveClear({ ...asked, objectKey: read.objectKey, cacheControl });
    },
  };
}

/** Of the version that a token names, else of the one that plays. Ciphertext needs no token. */
async function prefixOf(
  { gate, playbackTokens, now }: PrefixDeps,
  { query, execution }: Asked,
  part: ProxiedPart,
): Promise<string | Refusal> {
  if (query.token !== undefined) {
    const read = await readToken(playbackTokens, query.token, now());
    if (read.kind === "refused") return refused(read.code);
    const { videoPostId, fileIndex, objectPath } = read.claims;
    const isOfPart = videoPostId === part.videoPostId && fileIndex === part.fileIndex;
    return isOfPart ? objectPath : refused("token-for-other-video");
  }
  const later = (work: Promise<unknown>) => execution.waitUntil(work);
  const known = await gate.part(part, later);
  const plays = known !== "away" && known.part?.playing != null;
  // Only a later reading may refuse: the publisher's first request succeeds in every isolate.
  const certain = plays ? known : await gate.partSince(part, now(), later);
  if (certain === "away") return refused("unavailable");
  if (certain.part === null || certain.part.isRemoved || certain.part.postStatus === "DELETED")
    return refused("deleted");
  return certain.part.playing?.prefix ?? refused("not-ready");
}
