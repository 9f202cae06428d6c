import type { VideoPostRepository } from "../../shared/application/ports/video-post-repository.ts";

export type Page = { readonly status: 200 | 404 | 410; readonly html: string };

/** Recently rendered pages, so that a crowd costs the database no more than one viewer. */
export type PageCache = {
  readonly get: (part: PartName, now: number) => Page | null;
  readonly put: (part: PartName, page: Page, freshMs: number, now: number) => void;
  /** Drops the pages of a post. */
  readonly forget: (videoPostId: string) => void;
};

type PartName = { readonly videoPostId: string; readonly fileIndex: number };
type Kept = { readonly page: Page; readonly until: number };

/** Characters of HTML, at two bytes each. */
const MOST_CHARACTERS = 2 * 2 ** 20;
/** A separate bound, so that a flood of made-up ids cannot evict pages of videos. */
const MOST_MISSING_CHARACTERS = 2 ** 17;

export function createPageCache(): PageCache {
  const found = createShelf(MOST_CHARACTERS);
  const missing = createShelf(MOST_MISSING_CHARACTERS);
  return {
    get: (part, now) => {
      const kept = [found, missing].map((shelf) => shelf.get(nameOf(part))).find((one) => one && now < one.until);
      return kept?.page ?? null;
    },
    put: (part, page, freshMs, now) => {
      const shelf = page.status === 404 ? missing : found;
      shelf.put(nameOf(part), { page, until: now + freshMs });
    },
    forget: (videoPostId) => {
      found.dropAll(`${videoPostId}/`);
      missing.dropAll(`${videoPostId}/`);
    },
  };
}

/** The repository, with every save dropping what this isolate remembers of the post: an editor sees the change at once. */
export function forgettingSaved(
  posts: VideoPostRepository,
  memories: readonly { readonly forget: (videoPostId: string) => void }[],
): VideoPostRepository {
  const forget = (videoPostId: string) => {
    for (const memory of memories) memory.forget(videoPostId);
  };
  return { ...posts, save: (change, ...rest) => posts.save(change, ...rest).finally(() => forget(change.post.id)) };
}

function nameOf({ videoPostId, fileIndex }: PartName): string {
  return `${videoPostId}/${fileIndex}`;
}

/** A Map lists its keys in the order in which they were put in: the first is the oldest. */
function createShelf(mostCharacters: number) {
  const entries = new Map<string, Kept>();
  let used = 0;
  const drop = (name: string) => {
    used -= entries.get(name)?.page.html.length ?? 0;
    entries.delete(name);
  };
  return {
    get: (name: string) => entries.get(name),
    put: (name: string, kept: Kept) => {
      drop(name);
      entries.set(name, kept);
      used += kept.page.html.length;
      for (const oldest of entries.keys()) {
        if (used <= mostCharacters) break;
        drop(oldest);
      }
    },
    dropAll: (prefix: string) => {
      for (const name of entries.keys()) if (name.startsWith(prefix)) drop(name);
    },
  };
}
