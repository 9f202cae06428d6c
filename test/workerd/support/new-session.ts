import type { PublishedPost } from "./published-post.ts";
import { askKey, type Held, masterOf, sessionIn } from "./viewing.ts";
import type { TestWorker } from "./worker.ts";

/** As `askKey` with a session that is started now. The master of a deleted post may be gone before its keys are. */
export async function askInNewSession(worker: TestWorker, of: PublishedPost, issued: Held): Promise<string> {
  const response = await masterOf(worker, of, issued);
  const text = await response.text();
  if (response.status === 410 && text.includes('"superseded"')) return "key-superseded";
  return askKey(worker, of, sessionIn(text));
}
