import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Api } from "../api/api-client.ts";
import { answered } from "../api/api-problem.ts";

/*
 * Posters as bytes: an image of a post that is not public needs the credentials of the caller, which an img element does
 * not send. They are kept apart from the post, whose every event reads again what is kept below its key.
 */

/** How long a row is shown before its poster is requested: rows that scroll past request nothing. */
const AT_REST_MS = 150;
/** How long an image is kept that is not shown: a list has thousands. */
const KEPT_MS = 60_000;

const KEPT = { staleTime: Number.POSITIVE_INFINITY, gcTime: KEPT_MS };

/** Of a post in a list, where not everybody may see it. */
export function listedPosterQuery(api: Api, { updatedAt, ...image }: ImageAddress & { readonly updatedAt: number }) {
  const { videoPostId, fileIndex, candidate } = image;
  return queryOptions({
    queryKey: ["image", videoPostId, fileIndex, candidate, "listed", updatedAt],
    queryFn: async ({ signal }) => {
      await rest(signal);
      return readImage(api, image, signal);
    },
    ...KEPT,
  });
}

type ImageAddress = {
  readonly videoPostId: string;
  readonly fileIndex: number;
  /** Null for the poster that an editor uploaded. */
  readonly candidate: number | null;
};

export type PartImage = ImageAddress & {
  /** Of the post: a later one may have other images. */
  readonly version: number;
};

export function partImageQuery(api: Api, image: PartImage) {
  const { videoPostId, version, fileIndex, candidate } = image;
  return queryOptions({
    queryKey: ["image", videoPostId, fileIndex, candidate, version],
    queryFn: ({ signal }) => readImage(api, image, signal),
    placeholderData: keepPreviousData,
    ...KEPT,
  });
}

async function readImage(
  api: Api,
  { videoPostId, fileIndex, candidate }: ImageAddress,
  signal: AbortSignal,
): Promise<Blob> {
  const params = { videoPostId, fileIndex: String(fileIndex) };
  const query = candidate === null ? {} : { candidate: String(candidate) };
  const image = await answered(api.getPartPoster({ params, query }, { signal }));
  return image.blob();
}

function rest(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, AT_REST_MS);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
