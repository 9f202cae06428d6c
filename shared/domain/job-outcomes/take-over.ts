import type { WithPoster } from "../events/announced-event.ts";
import type { NewEvent } from "../events/domain-event.ts";
import { retireKeys } from "../part/content-key.ts";
import { ownChoice } from "../part/part-images.ts";
import {
  endedVersion,
  lastKeyVersionOf,
  storedPrefixes,
  withEditorsTexts,
  withoutEditorsTexts,
  withoutPoster,
} from "../part/part-versions.ts";
import { posterIn } from "../part/shown-images.ts";
import { uploadOf, type VideoFile, withoutUrl } from "../part/video-file.ts";
import { type Decision, settle, type VideoPost } from "../post/video-post.ts";
import type { QualityAuth } from "../quality/quality-auth.ts";

/**
 * The replacement becomes the part, in one save with its keys and variants. What played until now is served to tokens
 * that were issued before, until `keysEnd`; its jobs end, since nothing will play what they make.
 */
export function takeOver(post: VideoPost, next: VideoFile, keysEnd: number, now: number): Decision {
  const playing = post.files.find(({ fileIndex }) => fileIndex === next.fileIndex);
  if (playing === undefined) throw new Error("a replacement has no part");
  const old = withoutEditorsTexts(playing);
  const present: VideoFile = {
    ...withEditorsTexts(next, playing),
    versionState: "PRESENT",
    position: old.position,
    lastKeyVersion: lastKeyVersionOf(post, next.fileIndex),
    qualityAuth: policiesOf(old, next),
    poster: ownChoice(old.poster),
  };
  const others = post.otherVersions.filter(({ id }) => id !== next.id).map((file) => endedOnceUnserved(file, now));
  const versions = {
    files: post.files.map((file) => (file === playing ? present : file)),
    otherVersions: [...others, replacedVersion(old, keysEnd, now)],
  };
  const after = { ...post, ...versions };
  const change = settle(after, [], now, replacedEvents(old, keysEnd, posterIn(after, present)));
  return { kind: "changed", change: { ...change, endedFiles: [old.id] }, value: undefined };
}

/** An editor's policies survive the replacement; qualities that are new have their default. */
function policiesOf(old: VideoFile, next: VideoFile): readonly QualityAuth[] {
  const added = next.qualityAuth.filter(({ quality }) => !old.qualityAuth.some((auth) => auth.quality === quality));
  return [...old.qualityAuth, ...added];
}

/** An imported part may never have played. */
function replacedVersion(file: VideoFile, keysEnd: number, now: number): VideoFile {
  const emptied = { singleKey: null, variants: [], qualityAuth: [], images: null };
  const kept = { ...withoutPoster(file), ...emptied, source: withoutUrl(file.source) };
  if (file.playing === null) return { ...endedVersion(kept), versionState: "DISCARDED" };
  return { ...kept, versionState: "REPLACED", keys: retireKeys(file.keys, keysEnd, now) };
}

/** A part that is replaced often has few versions to load. */
function endedOnceUnserved(file: VideoFile, now: number): VideoFile {
  const isServed = file.keys.some(({ status, usableUntil }) => status === "RETIRING" && (usableUntil ?? 0) > now);
  if (file.versionState !== "REPLACED" || isServed) return file;
  return { ...endedVersion(file), versionState: "DISCARDED" };
}

function replacedEvents(old: VideoFile, keysEnd: number, poster: WithPoster): readonly NewEvent[] {
  const played = old.playing?.prefix;
  const { fileIndex } = old;
  const prefixes = storedPrefixes(withoutPoster(old)).filter((prefix) => prefix !== played);
  const replaced = { type: "VideoPartReplaced", fileIndex, prefixes, uploadIds: uploadOf(old), ...poster } as const;
  return played === undefined ? [replaced] : [replaced, { type: "PlayedVersionReplaced", prefix: played, keysEnd }];
}
