export type ReadResponse = { readonly status: number; readonly bodyBytes: number };

/** What comes next on the connection. Bodies are only counted, so their bytes are skipped. */
type Expected =
  | { readonly kind: "head" }
  | { readonly kind: "chunk-size" }
  | { readonly kind: "skip"; left: number; readonly endsResponse: boolean };

const HEAD: Expected = { kind: "head" };
const CHUNK_SIZE: Expected = { kind: "chunk-size" };
const CRLF_BYTES = 2;

/**
 * Takes the bytes of a connection piece by piece and reports each answer as it ends. It reads what workerd writes, one
 * answer at a time (RFC 9112 6 and 7.1): a Content-Length, or chunks without trailers.
 */
export function createResponseReader(onResponse: (response: ReadResponse) => void): (piece: Buffer) => void {
  let expected = HEAD;
  let status = 0;
  let bodyBytes = 0;
  /** The beginning of a line that has not come to its end. */
  let unfinished: Buffer = Buffer.alloc(0);

  /** The text up to `mark` and what follows it; null until it is there. */
  const readUpTo = (bytes: Buffer, mark: string): [text: string, rest: Buffer] | null => {
    const found = bytes.indexOf(mark, 0, "latin1");
    if (found >= 0) return [bytes.toString("latin1", 0, found), bytes.subarray(found + mark.length)];
    unfinished = bytes;
    return null;
  };

  const readHead = (bytes: Buffer): Buffer | null => {
    const read = readUpTo(bytes, "\r\n\r\n");
    if (read === null) return null;
    const [head, rest] = read;
    status = Number(head.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length));
    const length = contentLength(head);
    bodyBytes = length ?? 0;
    expected = length === null ? CHUNK_SIZE : { kind: "skip", left: length, endsResponse: true };
    return rest;
  };

  const readChunkSize = (bytes: Buffer): Buffer | null => {
    const read = readUpTo(bytes, "\r\n");
    if (read === null) return null;
    const size = Number.parseInt(read[0], 16);
    bodyBytes += size;
    expected = { kind: "skip", left: size + CRLF_BYTES, endsResponse: size === 0 };
    return read[1];
  };

  const skip = (bytes: Buffer, part: { left: number; readonly endsResponse: boolean }): Buffer | null => {
    const taken = Math.min(part.left, bytes.length);
    part.left -= taken;
    if (part.left > 0) return null;
    expected = part.endsResponse ? HEAD : CHUNK_SIZE;
    if (part.endsResponse) onResponse({ status, bodyBytes });
    return taken === bytes.length ? null : bytes.subarray(taken);
  };

  return (piece) => {
    let bytes: Buffer | null = unfinished.length === 0 ? piece : Buffer.concat([unfinished, piece]);
    unfinished = Buffer.alloc(0);
    while (bytes !== null) {
      if (expected.kind === "skip") bytes = skip(bytes, expected);
      else bytes = expected.kind === "head" ? readHead(bytes) : readChunkSize(bytes);
    }
  };
}

/** Null for a body in chunks. */
function contentLength(head: string): number | null {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return Number(length);
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) return null;
  throw new Error(`an answer without a length: ${head.split("\r\n", 1)[0]}`);
}
