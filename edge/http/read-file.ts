import type { ReadInput } from "./read-json.ts";
import { refused } from "./refusal.ts";

/** A body of bytes instead of JSON. What it is, its bytes say: Content-Type is not checked. */
export type FileBody = {
  readonly description: string;
  /** Media types, for clients and the documentation. */
  readonly types: readonly [string, ...string[]];
  readonly longestBytes: number;
};

/** The body of such a route as its handler receives it. */
export type GivenFile = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The charset parameter of Content-Type, in lower case; null without one. */
  readonly charset: string | null;
};

/** A body of bytes. */
export async function readFile(request: Request, { longestBytes }: FileBody): Promise<ReadInput<GivenFile>> {
  const bytes = await readBoundedBytes(request, longestBytes).catch(() => undefined);
  if (bytes === undefined) return refused("incomplete-body");
  if (bytes === null) return refused("body-too-large", `the file may have ${longestBytes} bytes`);
  if (bytes.byteLength === 0) return refused("invalid", "body: the file is missing");
  return { kind: "value", value: { bytes, charset: charsetOf(request.headers.get("content-type")) } };
}

/** Null if the body is longer than `longest` bytes, whatever Content-Length says. */
export async function readBoundedBytes(request: Request, longest: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length > longest) return null;
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

function charsetOf(contentType: string | null): string | null {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType ?? "")?.[1];
  return charset?.toLowerCase() ?? null;
}
