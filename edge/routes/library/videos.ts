import { imageUrl } from "../../../shared/domain/part/image-address.ts";
import type { PublishedVideo } from "../../../shared/domain/post/published-video.ts";
import { answer } from "../../api/answer.ts";
import { videoCursor } from "../../api/cursor.ts";
import * as define from "../../api/definitions/library/library.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { refused } from "../../http/refusal.ts";

type Deps = Pick<Context, "library">;

/** `/api/v2/videos`: the library, for sites that show videos to viewers. */
export const videoRoutes: readonly Route<Deps>[] = [
  route(define.listVideos, {
    handle: async ({ library }: Deps, { query: { limit, cursor = null, ...filter } }) => {
      // One more than the page shows whether another page follows.
      const found = await library.list({ filter, after: cursor, limit: limit + 1 });
      const items = found.slice(0, limit);
      const last = found.length > limit ? items.at(-1) : undefined;
      return answer(200, {
        items: items.map(shownVideo),
        nextCursor: last === undefined ? null : videoCursor.write(last),
      });
    },
  }),

  route(define.getVideo, {
    handle: async ({ library }: Deps, { params }) => {
      const video = await library.find(params.videoPostId);
      return video === null ? refused("not-found") : answer(200, shownVideo(video));
    },
  }),
];

/** With the addresses of posters; that of the video is its first part's that has one. */
function shownVideo({ parts, ...video }: PublishedVideo) {
  const shown = parts.map(({ poster, ...part }) => {
    const posterUrl = poster == null ? null : imageUrl(video.videoPostId, part.fileIndex, poster);
    return { ...part, posterUrl };
  });
  return { ...video, posterUrl: shown.find(({ posterUrl }) => posterUrl !== null)?.posterUrl ?? null, parts: shown };
}
