import { afterAll, expect } from "vitest";
import { database } from "./support/inspection.ts";
import { takeExposedParts } from "./support/internal-ids.ts";

// Outside a part is named by its post and its file index. Every answer of every test in this project is searched.
afterAll(async () => {
  const partsAmong = async (ids: readonly string[]) =>
    (await database.rows<{ id: string }>("video_file_post", { id: ids })).map(({ id }) => id);
  expect(await takeExposedParts(partsAmong)).toEqual([]);
});
