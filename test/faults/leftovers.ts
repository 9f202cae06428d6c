import { startProcessor } from "../e2e/processor-process.ts";
import type { Stack } from "../e2e/stack.ts";

/**
 * Runs `ladderlock gc` until nothing more goes, and says what no pointer named before and after it. The pointers are
 * read from the database, not from the garbage collector's own idea of them.
 */
export async function collectLeftovers(stack: Stack): Promise<{ before: number; after: string[] }> {
  const before = await unnamedObjects(stack);
  const deadline = Date.now() + 90_000;
  let after = before;
  while (after.length > 0 && Date.now() < deadline) {
    const collection = await startProcessor(stack, { GC_MIN_AGE_HOURS: "0" }, ["gc"]);
    const code = await collection.exit;
    const log = await collection.log();
    await collection.stop();
    if (code !== 0) throw new Error(`ladderlock gc ended with ${code}: ${log}`);
    // The deletions go through a queue, in batches of up to five seconds.
    await new Promise((resolve) => setTimeout(resolve, 6000));
    after = await unnamedObjects(stack);
  }
  return { before: before.length, after };
}

async function unnamedObjects(stack: Stack): Promise<string[]> {
  const { SOURCE, PLAYBACK } = await stack.bindings();
  const database = await stack.database();
  const files = await database.rows<{ file_path: string | null; enc_path: string | null }>("video_file_post");
  const uploads = await database.rows<{ temp_path: string }>("upload_session");
  const named = [
    ...files.flatMap(({ file_path, enc_path }) => [file_path, enc_path]),
    ...uploads.map((u) => u.temp_path),
  ];
  const prefixes = named.filter((prefix) => prefix !== null);
  const keys = [...(await allKeys(SOURCE)), ...(await allKeys(PLAYBACK))];
  return keys.filter((key) => !prefixes.some((prefix) => key.startsWith(prefix)));
}

type Bucket = Awaited<ReturnType<Stack["bindings"]>>["SOURCE"];

async function allKeys(bucket: Bucket): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await bucket.list(cursor === undefined ? {} : { cursor });
    keys.push(...page.objects.map(({ key }) => key));
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return keys;
}
