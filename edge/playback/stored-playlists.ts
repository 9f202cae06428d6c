import type { Caption } from "../../shared/domain/part/caption.ts";
import { TOKEN_PLACEHOLDER } from "../../shared/domain/part/content-key.ts";
import { mediaPlaylistKey, multivariantKey } from "../../shared/domain/part/object-keys.ts";
import { isQuality, type Quality, variantAlias } from "../../shared/domain/quality/quality.ts";
import { textRenditionName } from "../../shared/domain/quality/rendition-name.ts";
import type { PlaybackClaims } from "../../shared/playback-token/claims.ts";
import { logError } from "../log/log.ts";
import { compileMediaPlaylist } from "../playlist-template/compile-media-playlist.ts";
import { compileMultivariantPlaylist } from "../playlist-template/compile-multivariant-playlist.ts";
import type { PlaylistTemplate } from "../playlist-template/playlist-template.ts";
import { createTemplateCache } from "../playlist-template/template-cache.ts";

/** "gone": the prefix of the token was deleted. "empty": no variant is allowed. */
export type StoredPlaylist = PlaylistTemplate | "gone" | "empty";

export interface StoredPlaylists {
  /** `captions` are those that the part has now. */
  multivariant(
    claims: PlaybackClaims,
    captions: readonly Caption[],
    /** For `/proxy/{jobName}`: its URIs begin with that name and have the aliases of the qualities. */
    jobName?: string,
  ): Promise<StoredPlaylist>;
  media(claims: PlaybackClaims, quality: Quality): Promise<StoredPlaylist>;
}

/** An eighth of an isolate's memory: about 300 two-hour playlists. */
const CACHE_BYTES = 16 * 1024 * 1024;

type Compiled = { readonly template: PlaylistTemplate; seenAt: number };

/**
 * Templates under a prefix never change, but they are deleted with their part. A compiled one is used for `freshMs`;
 * then one request asks R2, not the database, whether it is still there.
 */
export function storedPlaylists(
  source: R2Bucket,
  segmentBase: string,
  { freshMs, now }: { readonly freshMs: number; readonly now: () => number },
): StoredPlaylists {
  const cache = createTemplateCache<Compiled>(CACHE_BYTES);

  const isStillThere = async (cached: Compiled, objectKey: string): Promise<boolean> => {
    const at = now();
    if (cached.seenAt <= at && at - cached.seenAt < freshMs) return true;
    const before = cached.seenAt;
    cached.seenAt = at;
    try {
      if ((await source.head(objectKey)) !== null) return true;
      cached.seenAt = before;
      return false;
    } catch (error) {
      // The session of a viewer does not end because R2 fails.
      logError("playlists", error);
      return true;
    }
  };

  const compiled = async (
    cacheKey: string,
    objectKey: string,
    compile: (text: string) => StoredPlaylist,
  ): Promise<StoredPlaylist> => {
    const cached = cache.get(cacheKey);
    if (cached !== undefined) return (await isStillThere(cached, objectKey)) ? cached.template : "gone";
    const object = await source.get(objectKey);
    if (object === null) return "gone";
    const seenAt = now();
    const template = compile(await object.text());
    if (typeof template !== "string") cache.put(cacheKey, { template, seenAt }, template.sizeBytes);
    return template;
  };

  return {
    multivariant: (claims, captions, jobName) => {
      const { objectPath, qualities } = claims;
      const objectKey = multivariantKey(objectPath);
      const uris = jobName === undefined ? {} : { uriOf: (quality: string) => proxyVariantUri(jobName, quality) };
      const cacheKey = `${objectKey} ${qualities.join()} ${jobName ?? ""} ${nameOfCaptions(captions)}`;
      return compiled(cacheKey, objectKey, (text) => {
        const subtitles = captions.map((caption) => subtitleOf(caption, claims, jobName !== undefined));
        const result = compileMultivariantPlaylist(text, { allowed: new Set(qualities), ...uris, subtitles });
        return result.kind === "empty" ? "empty" : result.template;
      });
    },
    media: ({ objectPath }, quality) => {
      const objectKey = mediaPlaylistKey(objectPath, quality);
      const base = `${segmentBase}${encodeURI(objectPath)}${quality}/`;
      return compiled(objectKey, objectKey, (text) => compileMediaPlaylist(text, base));
    },
  };
}

/** Captions change without another prefix: their facts are part of a template's name. One text for each snapshot. */
const captionNames = new WeakMap<readonly Caption[], string>();

function nameOfCaptions(captions: readonly Caption[]): string {
  if (captions.length === 0) return "";
  const known = captionNames.get(captions);
  if (known !== undefined) return known;
  const name = JSON.stringify(
    captions.map(({ textId, language, name, isDefault, isForced, characteristics }) => {
      return [textId, language, name, isDefault, isForced, characteristics];
    }),
  );
  captionNames.set(captions, name);
  return name;
}

/** Relative to the multivariant playlist, or for another route absolute. */
function subtitleOf(caption: Caption, { videoPostId, fileIndex }: PlaybackClaims, isElsewhere: boolean) {
  const folder = isElsewhere ? `/video/enc/videoResource/${videoPostId}/${fileIndex}/` : "";
  const uri = `${folder}${textRenditionName(caption.textId)}/index.m3u8?token=${TOKEN_PLACEHOLDER}`;
  return { ...caption, uri };
}

/** Segments through this Worker, or from the domain of the bucket if there is one. */
export function segmentBaseUrl(playbackBaseUrl: string | undefined): string {
  return playbackBaseUrl === undefined ? "/video/enc/segments/" : `${playbackBaseUrl.replace(/\/+$/, "")}/`;
}

/** Relative to `/proxy/{jobName}` and to its alias, neither of which ends with a slash. */
export function proxyVariantUri(jobName: string, quality: string): string {
  if (!isQuality(quality)) throw new TypeError("a stored playlist names no known quality");
  return `${jobName}/${variantAlias(quality)}/index.m3u8`;
}
