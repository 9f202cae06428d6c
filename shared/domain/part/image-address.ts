/** Names an image of a part outside; `address` is its random id and its name. Relative to the Worker. */
export function imageUrl(videoPostId: string, fileIndex: number, address: string): string {
  return `${IMAGES_PATH}/${videoPostId}/${fileIndex}/${address}`;
}

export const IMAGES_PATH = "/video/enc/images";
