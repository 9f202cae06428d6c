/* A client of the encoder service, written from the source document alone: nothing but fetch, and no type of this project. */

export type Json = Record<string, unknown>;
export type Answer = { readonly status: number; readonly body: Json };
export type ServerEvent = { readonly name: string; readonly data: Json };

export type DocumentClient = {
  get(path: string): Promise<Answer>;
  post(path: string, body?: Json): Promise<Answer>;
  text(path: string): Promise<string>;
  /** Events in their order, until one of these names has come. */
  events(jobId: string, last: readonly string[]): Promise<ServerEvent[]>;
};

/** `headers`: what a gateway adds, or the key of a direct client. */
export function documentClient(origin: string, headers: Record<string, string>): DocumentClient {
  const send = (path: string, init: RequestInit = {}) =>
    fetch(new URL(path, origin), { ...init, headers: { ...headers, "content-type": "application/json" } });
  const json = async (response: Response) => ({ status: response.status, body: (await response.json()) as Json });
  return {
    get: async (path) => json(await send(path)),
    post: async (path, body) =>
      json(await send(path, { method: "POST", ...(body === undefined ? {} : { body: JSON.stringify(body) }) })),
    text: async (path) => {
      const response = await send(path);
      if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return response.text();
    },
    events: async (jobId, last) => {
      const stop = new AbortController();
      const response = await send(`/api/v2/m3u8-encoder/events?jobId=${jobId}`, { signal: stop.signal });
      if (response.body === null) throw new Error(`events: ${response.status}`);
      const events: ServerEvent[] = [];
      for await (const event of serverEvents(response.body)) {
        events.push(event);
        if (last.includes(event.name)) break;
      }
      stop.abort();
      return events;
    },
  };
}

async function* serverEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let pending = "";
  for await (const bytes of body) {
    pending += decoder.decode(bytes, { stream: true });
    const blocks = pending.split("\n\n");
    pending = blocks.pop() ?? "";
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, "m").exec(block)?.[1];
      const data = field("data");
      if (data !== undefined) yield { name: field("event") ?? "message", data: JSON.parse(data) as Json };
    }
  }
}
