/** The ids in the answers of this file's Workers, each with the route that answered first. */
const seen = new Map<string, string>();

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

export function noteIds(route: string, text: string): void {
  for (const [id] of text.matchAll(UUID)) if (!seen.has(id)) seen.set(id, route);
}

/** What was answered since the last call, and is the id of a part. */
export async function takeExposedParts(partsAmong: (ids: readonly string[]) => Promise<readonly string[]>) {
  const answered = [...seen];
  seen.clear();
  const parts = new Set(await partsAmong(answered.map(([id]) => id)));
  return answered.filter(([id]) => parts.has(id)).map(([id, route]) => `${route} answered with the part id ${id}`);
}
