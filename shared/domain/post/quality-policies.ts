import { replacementOf } from "../part/part-versions.ts";
import type { VideoFile } from "../part/video-file.ts";
import { isAudioQuality, QUALITIES, type Quality } from "../quality/quality.ts";
import type { QualityAuth } from "../quality/quality-auth.ts";
import { type Decision, refused, type VideoPost, withFile } from "./video-post.ts";

/**
 * Sets policies of some qualities of one part; others keep theirs. The value says whether anything changed. Issued
 * tokens keep their qualities: a policy applies to the next token.
 */
export function upsertQualityAuth(
  post: VideoPost,
  fileIndex: number,
  policies: readonly QualityAuth[],
  now: number,
): Decision<"changed" | "unchanged"> {
  if (post.deletedAt !== null) return refused({ kind: "deleted" });
  const file = post.files.find((part) => part.fileIndex === fileIndex);
  if (file === undefined) return refused({ kind: "not-found" });
  const problem = whatIsWrong(post, file, policies);
  if (problem !== null) return refused({ kind: "invalid", detail: problem });
  if (policies.every((wanted) => file.qualityAuth.some((auth) => same(auth, wanted)))) {
    return { kind: "unchanged", value: "unchanged" };
  }
  const kept = file.qualityAuth.filter((auth) => !policies.some((wanted) => wanted.quality === auth.quality));
  const changed = { ...file, qualityAuth: [...kept, ...policies] };
  return { kind: "changed", change: withFile(post, changed, [], now), value: "changed" };
}

/**
 * Qualities that play, that are being made and that were imported. Before its first transcode a part may get every
 * quality of its ladder (a video without a picture has the ladder of audio); policies of those it does not get have no
 * effect.
 */
function qualitiesOf({ resourceType }: VideoPost, file: VideoFile): readonly Quality[] {
  const imported = (file.singleKey?.renditions ?? []).map((rendition) => rendition.quality);
  const made = [...imported, ...file.variants.flatMap(({ variants }) => variants.map(({ quality }) => quality))];
  if (made.length > 0) return made;
  return QUALITIES.filter((quality) => resourceType === "VIDEO" || isAudioQuality(quality));
}

function whatIsWrong(post: VideoPost, file: VideoFile, policies: readonly QualityAuth[]): string | null {
  // A replacement plays from its switch on, so its policies are set before.
  const next = replacementOf(post, file.fileIndex);
  const known = [file, ...(next === null ? [] : [next])].flatMap((version) => qualitiesOf(post, version));
  const named = policies.map((auth) => auth.quality);
  const unknown = named.find((quality) => !known.includes(quality));
  if (unknown !== undefined) return `the part has no quality ${unknown}`;
  const twice = named.find((quality, index) => named.indexOf(quality) !== index);
  if (twice !== undefined) return `${twice} is named twice`;
  for (const { quality, policy, entitlement } of policies) {
    if (policy === "ENTITLED" && !entitlement) return `${quality}: ENTITLED needs an entitlement`;
    if (policy !== "ENTITLED" && entitlement !== null) return `${quality}: only ENTITLED has an entitlement`;
  }
  return null;
}

function same(a: QualityAuth, b: QualityAuth): boolean {
  return a.quality === b.quality && a.policy === b.policy && a.entitlement === b.entitlement;
}
