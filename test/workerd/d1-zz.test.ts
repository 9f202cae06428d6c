import { it } from "vitest";
import { openD1Persistence } from "./d1-persistence.ts";
import { barePost } from "../contract/sample-posts.ts";
it("odd", async () => {
  for (const title of ["a\u0000b", "x\ud800y", "\ufeffbom", "\u2028"]) {
    const p = await openD1Persistence();
    try { console.log(JSON.stringify(title), await p.posts.save({ post: { ...barePost, title }, events: [], jobs: [] }, 1), JSON.stringify((await p.posts.load(barePost.id))?.title)); } catch (e) { console.log(JSON.stringify(title), String(e), String((e as any).cause)); }
  }
});
