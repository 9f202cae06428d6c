import { sql } from "drizzle-orm";
import type { FoldedTitles } from "../../../application/ports/folded-titles.ts";
import { foldTitle } from "../../../domain/post/folded-title.ts";
import type { Database } from "../database.ts";

/** SQLite cannot fold accents, so the rows are read and written back; a title that changed meanwhile waits. */
export function d1FoldedTitles(db: Database): FoldedTitles {
  return {
    complete: async (limit) => {
      const rows = await db.all<{ id: string; title: string }>(sql`SELECT id, title
        FROM video_post INDEXED BY video_post_unfolded WHERE title_folded_from IS NOT title ORDER BY id LIMIT ${limit}`);
      if (rows.length === 0) return 0;
      const folded = rows.map(({ id, title }) => ({ id, title, folded: foldTitle(title) }));
      await db.run(sql`UPDATE video_post SET title_folded = read.value->>'folded', title_folded_from = title
        FROM json_each(${JSON.stringify(folded)}) AS read
        WHERE video_post.id = read.value->>'id' AND title = read.value->>'title'`);
      return rows.length;
    },
  };
}
