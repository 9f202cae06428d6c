import { mediaPlaylistKey, multivariantKey } from "../../shared/domain/object-keys.ts";
import type { Quality } from "../../shared/domain/quality.ts";
import type { PlaybackClaims } from "../../shared/playback-token/claims.ts";
import { compileMediaPlaylist } from "../playlist-template/compile-media-playlist.ts";
import { compileMultivariantPlaylist } from "../playlist-template/compile-multivariant-playlist.ts";
import type { PlaylistTemplate } from "../playlist-template/playlist-template.ts";
import { createTemplateCache } from "../playlist-template/template-cache.ts";

/** "gone": the prefix of the token was deleted. "empty": no variant is allowed. */
export type StoredPlaylist = PlaylistTemplate | "gone" | "empty";

export interface StoredPlaylists {
  multivariant(claims: PlaybackClaims): Promise<StoredPlaylist>;
  media(claims: PlaybackClaims, quality: Quality): Promise<StoredPlaylist>;
}

/** An eighth of an isolate's memory: about 300 two-hour playlists. */
const CACHE_BYTES = 16 * 1024 * 1024;

/** Templates under a prefix never change, so a compiled one is valid until it is evicted. */
export function storedPlaylists(source: R2Bucket, segmentBase: string): StoredPlaylists {
  const cache = createTemplateCache<PlaylistTemplate>(CACHE_BYTES);

  const compiled = async (
    cacheKey: string,
    objectKey: string,
    compile: (text: string) => StoredPlaylist,
  ): Promise<StoredPlaylist> => {
    const cached = cache.get(cacheKey);
    if (cached !== undefined) return cached;
    const object = await source.get(objectKey);
    if (object === null) return "gone";
    const template = compile(await object.text());
    if (typeof template !== "string") cache.put(cacheKey, template, template.sizeBytes);
    return template;
  };

  return {
    multivariant: ({ objectPath, qualities }) => {
      const objectKey = multivariantKey(objectPath);
      return compiled(`${objectKey} ${qualities.join()}`, objectKey, (text) => {
        const result = compileMultivariantPlaylist(text, { allowed: new Set(qualities) });
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

/** Segments through this Worker, or from the domain of the bucket if there is one. */
export function segmentBaseUrl(playbackBaseUrl: string | undefined): string {
  return playbackBaseUrl === undefined ? "/video/enc/segments/" : `${playbackBaseUrl.replace(/\/+$/, "")}/`;
}
