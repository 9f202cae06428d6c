import { expect } from "vitest";
import { testEnv } from "./test-env.ts";
import { ORIGIN, type TestWorker } from "./worker.ts";

/* Upload tokens as a site creates them, and requests as the tus client of a page sends them. */

export const STUDIO = "https://studio.example.com";

export type Token = {
  readonly tokenId: string;
  readonly state: string;
  readonly uploadUrl: string;
  readonly upload: { readonly uploadId: string } | null;
  readonly videoPostId: string | null;
};

type Given = { readonly headers?: Record<string, string>; readonly origin?: string | null; readonly body?: BodyInit };

export type TokenClient = ReturnType<typeof tokenClient>;

export function tokenClient(worker: TestWorker) {
  async function createToken(more: Record<string, unknown> = {}): Promise<Token> {
    const body = { postDefaults: { resourceType: "VIDEO" }, corsOrigin: STUDIO, ...more };
    const response = await worker.admin("POST", "/api/v2/upload-tokens", body);
    expect(response.status, await response.clone().text()).toBe(201);
    return response.json();
  }

  async function read({ tokenId }: Token): Promise<Token> {
    return (await worker.admin("GET", `/api/v2/upload-tokens/${tokenId}`)).json();
  }

  /** No header has credentials. */
  function send(method: string, url: string, { headers = {}, origin = STUDIO, body }: Given = {}): Promise<Response> {
    const { pathname, search } = new URL(url, ORIGIN);
    return worker.fetch(pathname + search, {
      method,
      headers: { "Tus-Resumable": "1.0.0", ...(origin !== null && { Origin: origin }), ...headers },
      ...(body !== undefined && { body }),
    });
  }

  async function create(token: Token, size: number, headers: Record<string, string> = {}): Promise<string> {
    const response = await send("POST", token.uploadUrl, { headers: { "Upload-Length": String(size), ...headers } });
    expect(response.status, await response.clone().text()).toBe(201);
    return response.headers.get("Location")!;
  }

  function patch(location: string, offset: number, bytes: number, more: Given = {}): Promise<Response> {
    const headers = {
      ...{ "Content-Type": "application/offset+octet-stream", "Content-Length": String(bytes) },
      ...{ "Upload-Offset": String(offset), ...more.headers },
    };
    return send("PATCH", location, { ...more, headers, body: new Uint8Array(bytes).fill(7) });
  }

  async function postOf(token: Token) {
    const { videoPostId } = await read(token);
    return (await worker.admin("GET", `/api/v2/video-posts/${videoPostId}`)).json() as Promise<Record<string, unknown>>;
  }

  return { createToken, read, send, create, patch, postOf };
}

export const uploadIdOf = (location: string) => new URL(location, ORIGIN).pathname.split("/").at(-1)!;

export async function storedChunks(location: string): Promise<number> {
  return (await testEnv.SOURCE.list({ prefix: `uploads/${uploadIdOf(location)}/` })).objects.length;
}
