/* A client of the encoder service, written from the source document alone: nothing but fetch, and no type of this project. */

export type Json = Record<string, unknown>;
export type Answer = { readonly status: number; readonly body: Json };

export type DocumentClient = {
  get(path: string): Promise<Answer>;
  post(path: string, body?: Json): Promise<Answer>;
  text(path: string): Promise<string>;
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
  };
}
