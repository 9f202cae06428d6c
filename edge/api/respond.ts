import { problem } from "../http/problems.ts";
import type { Refusal } from "../http/refusal.ts";
import { PUBLIC_HEADERS, withPublicHeaders } from "../middleware/public-headers.ts";
import { type Answer, type File, isFile, type Outcome } from "./answer.ts";

/** The only place where the outcome of a route becomes a response, with the public headers. */
export function respond(outcome: Outcome, method: string): Response {
  return outcome.kind === "refused" ? refusalResponse(outcome) : answerResponse(outcome, method);
}

function refusalResponse({ code, detail, headers }: Refusal): Response {
  return withPublicHeaders(problem(code, detail, headers));
}

function answerResponse({ status, body }: Answer, method: string): Response {
  if (isFile(body)) return fileResponse(status, body, method);
  if (body === null) return new Response(null, { status, headers: NOT_STORED });
  return new Response(JSON.stringify(body), { status, headers: JSON_NOT_STORED });
}

/** Copied as a whole, which is faster than setting one header after another on each response. */
const NOT_STORED = new Headers({ ...PUBLIC_HEADERS, "cache-control": "private, no-store" });
const JSON_NOT_STORED = new Headers([...NOT_STORED, ["content-type", "application/json"]]);

function fileResponse(
  status: number,
  { contentType, open, bytes, attachment, cacheControl }: File,
  method: string,
): Response {
  return new Response(method === "HEAD" ? null : open(), {
    status,
    headers: {
      ...PUBLIC_HEADERS,
      "content-type": contentType,
      "cache-control": cacheControl ?? "no-store",
      ...(bytes === undefined ? {} : { "content-length": String(bytes) }),
      ...(attachment === undefined ? {} : { "content-disposition": `attachment; filename="${attachment}"` }),
    },
  });
}
