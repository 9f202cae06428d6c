import type { WriteRules } from "./row-changes.ts";
import type { VideoPostRows } from "./row-types.ts";

/** What wraps a key or a URL is changed by key-wrapping-store.ts alone, whatever the post was loaded with. */
const WRAPPING = ["wrappedKey", "kekId"];

/** How a save writes the tables of a post that others write too. */
export const WRITE_RULES = {
  files: { keep: ["updateType"], clearOnly: ["sourceUrl", "sourceKekId"] },
  keys: { insertOnly: WRAPPING },
  singleKeys: { keep: ["queuedAt"], insertOnly: WRAPPING },
} as const satisfies { readonly [table in keyof VideoPostRows]?: WriteRules };
