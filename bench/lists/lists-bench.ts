import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { createVideoPost } from "../../shared/application/commands/create-video-post.ts";
import { updateVideoPost } from "../../shared/application/commands/edit-video-post.ts";
import type { VideoPostFilter, VideoPostPosition } from "../../shared/application/ports/video-post-queries.ts";
import { STANDARD_JOB_RULES } from "../../shared/domain/job/transcode-job.ts";
import { createKeyVault } from "../../shared/key-vault/key-vault.ts";
import { earliestUuidV7 } from "../../shared/lib/random-id.ts";
import { d1Persistence } from "../../shared/persistence/d1/persistence.ts";
import { DATABASE, migrate, RUNTIME } from "../../test/fixtures/isolates/local-worker.ts";
import { inspectD1 } from "../../test/inspection/d1.ts";
import type { BenchOptions } from "../comparison.ts";
import { FIRST_AT, fillPosts, MINUTE_MS } from "./many-posts.ts";
import { measuredDatabase } from "./measured-database.ts";

const POSTS = 100_000;
const QUICK_POSTS = 5000;
const ROUNDS = 50;
const LIMIT = 50;

/** What a page of the list of posts costs the database, for each filter and for pairs, and what a save writes. */
export async function benchLists(options: BenchOptions): Promise<[]> {
  const count = options.quick ? QUICK_POSTS : POSTS;
  const script = "export default { fetch: () => new Response() }";
  const workers = [{ ...RUNTIME, name: "lists", script, d1Databases: DATABASE }];
  const miniflare = new Miniflare(convertV4MiniflareOptions({ log: new Log(LogLevel.WARN), cf: false, workers }));
  try {
    const binding = await miniflare.getD1Database("DB", "lists");
    await migrate(binding);
    options.progress(`${count} posts are stored`);
    await fillPosts(inspectD1(binding as never), count);
    const { db, taken } = measuredDatabase(binding);
    const persistence = d1Persistence(db as never, STANDARD_JOB_RULES);
    const half = { videoPostId: earliestUuidV7(FIRST_AT + (count / 2) * MINUTE_MS) };
    console.log("\n| filter | page | posts | ms | rows read |\n| --- | --- | --- | --- | --- |");
    for (const [name, filter, after] of cases(half)) {
      if (!name.includes(options.only)) continue;
      const rounds = options.rounds ?? ROUNDS;
      taken();
      let items = 0;
      for (let n = 0; n < rounds; n++)
        items = (await persistence.postQueries.list({ filter, after, limit: LIMIT })).items.length;
      const { milliseconds, rowsRead } = taken();
      const page = after === null ? "first" : "middle";
      console.log(
        `| ${name} | ${page} | ${items} | ${(milliseconds / rounds).toFixed(2)} | ${Math.round(rowsRead / rounds)} |`,
      );
    }
    await printWrites(persistence, taken);
    return [];
  } finally {
    await miniflare.dispose();
  }
}

type Case = readonly [name: string, filter: VideoPostFilter, after: VideoPostPosition | null];

function cases(half: VideoPostPosition): readonly Case[] {
  const day = { createdFrom: FIRST_AT + 1000 * MINUTE_MS, createdBefore: FIRST_AT + 2440 * MINUTE_MS };
  const filters: readonly (readonly [string, VideoPostFilter])[] = [
    ["none", {}],
    ["status, common", { status: "PUBLISHED" }],
    ["status, rare", { status: "REJECTED" }],
    ["author of half", { authorId: "site" }],
    ["author of few", { authorId: "author-7" }],
    ["slug", { slug: "film-7" }],
    ["resource type", { resourceType: "AUDIO" }],
    ["created range", day],
    ["author and status", { authorId: "site", status: "PENDING_AUDIT" }],
    ["author and type", { authorId: "site", resourceType: "AUDIO" }],
    ["status and type", { status: "PUBLISHED", resourceType: "AUDIO" }],
    ["status and range", { status: "PUBLISHED", ...day }],
    ["range and author of few", { ...day, authorId: "author-7" }],
  ];
  const titles: readonly (readonly [string, VideoPostFilter, string])[] = [
    ["title prefix, wide", { titlePrefix: "e" }, "eleve 5"],
    ["title prefix, narrow", { titlePrefix: "film 77" }, "film 775"],
    ["title and author", { titlePrefix: "e", authorId: "author-7" }, "eleve 5"],
    ["title and rare status", { titlePrefix: "e", status: "REJECTED" }, "eleve 5"],
  ];
  return [
    ...filters.flatMap(([name, filter]): Case[] => [
      [name, filter, null],
      [name, filter, half],
    ]),
    ...titles.flatMap(([name, filter, titleFolded]): Case[] => [
      [name, filter, null],
      [name, filter, { videoPostId: "", titleFolded }],
    ]),
  ];
}

type Written = { readonly rowsWritten: number };

/** Rows include the entries of indexes, as D1 counts and bills them. */
async function printWrites({ posts }: ReturnType<typeof d1Persistence>, taken: () => Written): Promise<void> {
  const vault = createKeyVault([{ id: "k", bytes: new Uint8Array(32) }]);
  const blank = {
    authorId: "a",
    description: "",
    resourceType: "VIDEO",
    access: "POLICY",
    autoPublish: false,
  } as const;
  const more = { by: "a", interaction: { comments: true, liveComments: true }, metadata: {}, passthrough: null };
  const now = Date.now();
  const print = (what: string) => console.log(`| ${what} | ${taken().rowsWritten} |`);
  console.log("\n| save | rows written |\n| --- | --- |");
  taken();
  const created = await createVideoPost(
    { posts, vault },
    { ...blank, ...more, title: "A film", uploadFileList: [] },
    now,
  );
  if (created.kind !== "created") throw new Error("the post was not created");
  const { videoPostId } = created.created;
  const seen = { videoPostId, seenVersion: null };
  print("a new post without parts");
  await updateVideoPost(posts, seen, { description: "Another" }, "a", now);
  print("another description");
  await updateVideoPost(posts, seen, { title: "Another" }, "a", now);
  print("another title");
}
