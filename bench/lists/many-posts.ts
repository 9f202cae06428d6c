import { foldTitle } from "../../shared/domain/post/folded-title.ts";
import { slugOf } from "../../shared/domain/post/slug.ts";
import type { VideoPostStatus } from "../../shared/domain/post/video-post.ts";
import { earliestUuidV7 } from "../../shared/lib/random-id.ts";
import { seededRandom } from "../../test/fixtures/seeded-random.ts";
import type { Inspection } from "../../test/inspection/d1.ts";

/** Posts come a minute apart. */
export const FIRST_AT = Date.UTC(2026, 0, 1);
export const MINUTE_MS = 60_000;
const AT_ONCE = 1000;

const WORDS = [
  "Abend",
  "Élève",
  "Film",
  "Garten",
  "Haus",
  "Insel",
  "Jazz",
  "Küche",
  "Licht",
  "Morgen",
  "Nacht",
  "Oper",
];

/** Half of the posts are of one author, as where a site has one API key. */
export async function fillPosts(database: Inspection, count: number): Promise<void> {
  const random = seededRandom(1);
  for (let from = 0; from < count; from += AT_ONCE) {
    const rows = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, n) => postRow(from + n, random));
    await database.insert("video_post", rows);
  }
}

function postRow(n: number, random: () => number) {
  const at = FIRST_AT + n * MINUTE_MS;
  const title = `${WORDS[Math.floor(random() * WORDS.length)]} ${Math.floor(random() * 20_000)}`;
  const status = statusOf(random());
  const deletedAt = status === "DELETED" ? at : null;
  return {
    ...{ id: earliestUuidV7(at), author_id: random() < 0.5 ? "site" : `author-${Math.floor(random() * 1000)}` },
    ...{ title, slug: slugOf(title), title_folded: foldTitle(title), title_folded_from: title, description: "" },
    ...{ resource_type: random() < 0.1 ? "AUDIO" : "VIDEO", status, interaction: "{}", access: "POLICY" },
    ...{ auto_publish: 0, duration: 60, version: 1, next_file_index: 1, metadata: "{}" },
    ...{ created_at: at, updated_at: at, deleted_at: deletedAt, published_at: status === "PUBLISHED" ? at : null },
  };
}

function statusOf(random: number): VideoPostStatus {
  if (random < 0.85) return "PUBLISHED";
  if (random < 0.95) return "DELETED";
  if (random < 0.99) return "PENDING_AUDIT";
  return random < 0.9995 ? "TRANSCODE_FAILED" : "REJECTED";
}
