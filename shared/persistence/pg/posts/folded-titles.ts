import { sql } from "drizzle-orm";
import type { FoldedTitles } from "../../../application/ports/folded-titles.ts";
import { foldTitle } from "../../../domain/post/folded-title.ts";
import { type Database, jsonb } from "../database.ts";

/** The rows are read and written back, so that both databases fold alike; a title that changed meanwhile waits. */
export function pgFoldedTitles(db: Database): FoldedTitles {
  return {
    complete: async (limit) => {
      const { rows } = await db.run(sql`SELECT id, title FROM video_post
        WHERE title_folded_from IS DISTINCT FROM title ORDER BY id LIMIT ${limit}`);
      if (rows.length === 0) return 0;
      const folded = rows.map(({ id, title }) => ({ id, title, folded: foldTitle(title as string) }));
      await db.run(sql`UPDATE video_post p SET title_folded = read.folded, title_folded_from = p.title
        FROM jsonb_to_recordset(${jsonb(folded)}) AS read(id text, title text, folded text)
        WHERE p.id = read.id AND p.title = read.title`);
      return rows.length;
    },
  };
}
