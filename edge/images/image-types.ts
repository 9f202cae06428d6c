/** Media types by the format that an image's own bytes say. */
export const IMAGE_TYPES = { jpeg: "image/jpeg", png: "image/png", webp: "image/webp" } as const;
