import type * as z from "zod";
import { storable, unstorablePath } from "../../shared/lib/storable-text.ts";
import { inputProblems, shownPath, UNSTORABLE } from "./input-problems.ts";
import { type Refusal, refused } from "./refusal.ts";

/** A parsed body or query, or the reason for its refusal. */
export type ReadInput<T> =
  | { readonly kind: "value"; readonly value: T }
  | Refusal<"incomplete-body" | "body-too-large" | "malformed-json" | "invalid">;

/** The largest body is a transcode report; media never travels in JSON. */
export const LONGEST_BODY_BYTES = 256 * 1024;

/** Of bodies that are read at once. */
const SHORT_BYTES = 16 * 1024;

type Reading = {
  /** The value of an empty body, which otherwise is refused like malformed JSON. */
  readonly whenEmpty?: unknown;
  /** What becomes of text that no database may be given. */
  readonly unstorable?: "refused" | "replaced";
};

/** The body as JSON of the given schema, or its problems. */
export async function readJson<S extends z.ZodType>(
  request: Request,
  schema: S,
  { whenEmpty, unstorable = "refused" }: Reading = {},
): Promise<ReadInput<z.output<S>>> {
  let text: string | null;
  try {
    text = await readBoundedText(request, LONGEST_BODY_BYTES);
  } catch {
    // The sender ended the body or is gone: no fault of the Worker to log.
    return refused("incomplete-body");
  }
  if (text === null) return refused("body-too-large");
  const given = text === "" ? whenEmpty : parseJson(text);
  if (given === undefined) return refused("malformed-json");
  const json = unstorable === "replaced" ? storable(given) : given;
  const parsed = schema.safeParse(json);
  if (!parsed.success) return refused("invalid", inputProblems(parsed.error, "body"));
  const path = unstorablePath(json);
  return path === null
    ? { kind: "value", value: parsed.data }
    : refused("invalid", `${shownPath(path, "body")}: ${UNSTORABLE}`);
}

const encoder = new TextEncoder();

/** A character has at most three bytes in UTF-8. */
function mayExceed(text: string, bytes: number): boolean {
  return 3 * text.length > bytes;
}

/** Null if the body is longer than `longest` bytes, whatever Content-Length says. */
export async function readBoundedText(message: Request | Response, longest: number): Promise<string | null> {
  if (isDeclaredShort(message.headers, longest)) {
    const text = await message.text();
    return mayExceed(text, longest) && encoder.encode(text).byteLength > longest ? null : text;
  }
  if (message.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of message.body) {
    bytes += chunk.byteLength;
    if (bytes > longest) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * A short body of known length is read at once, which takes a tenth of the time; as text rather than bytes, which takes a
 * thirtieth less for a token. HTTP ends a body at its Content-Length; the length is compared again, since a Request of
 * another Worker may claim anything.
 */
function isDeclaredShort(headers: Headers, longest: number): boolean {
  const length = Number(headers.get("content-length") ?? Number.NaN);
  return length >= 0 && length <= Math.min(longest, SHORT_BYTES);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
