/** Below the 1,000 statements that one request may send to D1. */
const MOST_PAGES = 900;

export type PagedFile<Item, Position> = {
  /** Items in memory at one time. */
  readonly page: (after: Position | null) => Promise<readonly Item[]>;
  readonly pageSize: number;
  readonly positionOf: (item: Item) => Position;
  readonly header: string;
  readonly row: (item: Item) => string;
  /** The error after so many pages. */
  readonly tooLong: string;
  readonly mostPages?: number;
};

/**
 * A list as one file, read page by page as the client takes it. A stream that cannot finish fails, so that the client
 * sees an aborted transfer and never takes a part for the whole.
 */
export function pagedStream<Item, Position>(file: PagedFile<Item, Position>): ReadableStream<Uint8Array> {
  const { mostPages = MOST_PAGES } = file;
  const encoder = new TextEncoder();
  let after: Position | null = null;
  let pages = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (pages === mostPages) throw new Error(file.tooLong);
      const items = await file.page(after);
      const text = `${pages === 0 ? file.header : ""}${items.map(file.row).join("")}`;
      pages++;
      const last = items.at(-1);
      after = last === undefined ? null : file.positionOf(last);
      if (text !== "") controller.enqueue(encoder.encode(text));
      if (items.length < file.pageSize) controller.close();
    },
  });
}
