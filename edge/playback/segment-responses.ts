import { problem } from "../http/problems.ts";
import { matchesEntityTag, parseByteRange, resolveByteRange } from "./byte-range.ts";
import type { Part } from "./segment-cache.ts";

/** A stored segment, without its bytes. */
export type Found = { readonly httpEtag: string; readonly size: number };

export type Wanted =
  /** `unchanged`: the client has it. `outside`: no byte of the range exists. */
  { readonly kind: "whole" | "unchanged" | "head" | "outside" } | ({ readonly kind: "part" } & Part);

export function whatToSend({ method, headers }: Request, found: Found): Wanted {
  if (matchesEntityTag(headers.get("if-none-match"), found.httpEtag)) return { kind: "unchanged" };
  if (method === "HEAD") return { kind: "head" };
  const asked = parseByteRange(headers.get("range"));
  // RFC 9110 13.1.5: a range is valid only for the representation that the client has, compared strongly.
  const ifRange = headers.get("if-range");
  if (asked.kind === "whole" || (ifRange !== null && ifRange.trim() !== found.httpEtag)) return { kind: "whole" };
  const part = resolveByteRange(asked, found.size);
  return part === null ? { kind: "outside" } : { kind: "part", ...part };
}

/** Null where bytes of the segment are wanted. */
export function bodilessResponse(wanted: Wanted, found: Found, cacheControl: string): Response | null {
  switch (wanted.kind) {
    case "unchanged":
      return new Response(null, { status: 304, headers: identityHeaders(found, cacheControl) });
    case "head":
      return wholeResponse(null, found, cacheControl);
    case "outside":
      return problem("range-unsatisfiable", undefined, { "content-range": `bytes */${found.size}` });
    case "whole":
    case "part":
      return null;
    default:
      return wanted satisfies never;
  }
}

export function wholeResponse(body: ReadableStream | null, found: Found, cacheControl: string): Response {
  const headers = identityHeaders(found, cacheControl);
  headers.set("content-length", String(found.size));
  return new Response(body, { headers });
}

export function partResponse(
  body: ReadableStream,
  found: Found,
  { offset, length }: Part,
  cacheControl: string,
): Response {
  const headers = identityHeaders(found, cacheControl);
  headers.set("content-length", String(length));
  headers.set("content-range", `bytes ${offset}-${offset + length - 1}/${found.size}`);
  return new Response(body, { status: 206, headers });
}

function identityHeaders({ httpEtag }: Found, cacheControl: string): Headers {
  return new Headers({
    "content-type": "video/mp2t",
    "cache-control": cacheControl,
    "accept-ranges": "bytes",
    etag: httpEtag,
  });
}
