import { imageUrl } from "../../domain/part/image-address.ts";
import { candidateImage, hasPublicImages, type ShownPoster, shownPoster } from "../../domain/part/shown-images.ts";
import type { VideoFile } from "../../domain/part/video-file.ts";
import type { VideoPost } from "../../domain/post/video-post.ts";

/** The images of a part as the API shows them. Addresses are null unless anybody may see them. */
export function describeImages(post: VideoPost, file: VideoFile) {
  const isPublic = hasPublicImages(post, file);
  const urlOf = (id: string, name: string) => (isPublic ? imageUrl(post.id, file.fileIndex, `${id}/${name}`) : null);
  const poster = shownPoster(file);
  const { images } = file;
  const board = images?.storyboard ?? null;
  return {
    poster: poster === null ? null : { ...shown(poster, urlOf), candidate: poster.candidate },
    candidates: (images?.posters ?? []).map(({ seconds }, index) => {
      const number = index + 1;
      // Of the same list.
      return { number, seconds, ...shown(candidateImage(images, number)!, urlOf) };
    }),
    storyboard:
      images === null || board === null
        ? null
        : { url: urlOf(images.id, "storyboard.vtt"), jsonUrl: urlOf(images.id, "storyboard.json"), ...board },
  };
}

type UrlOf = (id: string, name: string) => string | null;

function shown({ id, name, width, height }: ShownPoster, urlOf: UrlOf) {
  return { url: urlOf(id, name), width, height };
}
