import type { VideoPostRepository } from "../../../shared/application/ports/video-post-repository.ts";
import { type ClearPlayback, clearPlayback, isOpen, isPublic } from "../../../shared/domain/post/clear-playback.ts";
import type { DefaultPolicyRule } from "../../../shared/domain/quality/quality-auth.ts";
import type { ProxiedPart } from "./proxied-parts.ts";

/** What of a part could play without encryption, and whether it is for everybody. */
export type ClearState = {
  readonly playback: ClearPlayback;
  readonly postVersion: number;
  /** The post needs no review by a person. */
  readonly isOpen: boolean;
  /** Every quality is for everybody. */
  readonly isPublic: boolean;
};

export interface ClearStates {
  /** At most a second old. */
  of(part: ProxiedPart): Promise<ClearState>;
}

/** Players that poll a part which is not ready cost one load a second in each isolate. */
const FRESH_MS = 1000;
const MOST_PARTS = 500;

export function createClearStates(
  posts: Pick<VideoPostRepository, "load">,
  rule: DefaultPolicyRule,
  now: () => number,
): ClearStates {
  const known = new Map<string, { readonly state: ClearState; readonly readAt: number }>();
  return {
    of: async (part) => {
      const name = `${part.videoPostId}/${part.fileIndex}`;
      const readAt = now();
      const last = known.get(name);
      if (last !== undefined && Math.abs(readAt - last.readAt) < FRESH_MS) return last.state;
      const state = await read(posts, rule, part);
      known.delete(name);
      known.set(name, { state, readAt });
      const [oldest] = known.keys();
      if (known.size > MOST_PARTS && oldest !== undefined) known.delete(oldest);
      return state;
    },
  };
}

async function read(
  posts: Pick<VideoPostRepository, "load">,
  rule: DefaultPolicyRule,
  { videoPostId, fileIndex }: ProxiedPart,
): Promise<ClearState> {
  const post = await posts.load(videoPostId);
  const playback = clearPlayback(post, fileIndex);
  return {
    playback,
    postVersion: post?.version ?? 0,
    isOpen: post !== null && isOpen(post),
    isPublic: post !== null && playback.kind === "clear" && isPublic(post, fileIndex, playback, rule),
  };
}
