/** The tabs of the page of a post, as its address names them. */
export const POST_TABS = ["parts", "captions", "poster", "details", "access", "keys", "history"] as const;
export type PostTab = (typeof POST_TABS)[number];
