import * as z from "zod";
import { base64UrlDecode, base64UrlEncode } from "../../shared/lib/base64.ts";
import { unstorablePath } from "../../shared/lib/storable-text.ts";

/** A position in a list, as an opaque text. */
export type Cursor<Position> = {
  write(position: Position): string;
  /** Null unless a list of this kind has issued the text. */
  read(text: string): Position | null;
};

export const CURSOR_UNKNOWN = "cursor: is not valid";

/** The codec of every cursor: the JSON of the position in base64url, with the fields of the schema only. */
function cursorOf<S extends z.ZodType>(position: S): Cursor<z.output<S>> {
  return {
    write: (value) => base64UrlEncode(new TextEncoder().encode(JSON.stringify(position.parse(value)))),
    read: (text) => {
      const parsed = position.safeParse(decoded(text));
      return parsed.success ? parsed.data : null;
    },
  };
}

function decoded(text: string): unknown {
  try {
    const position: unknown = JSON.parse(new TextDecoder().decode(base64UrlDecode(text)));
    return unstorablePath(position) === null ? position : undefined;
  } catch {
    return undefined;
  }
}

const part = z.object({ videoPostId: z.string().min(1).max(64), fileIndex: z.int().min(0) });

/** Behind an event of the audit log. */
export const eventCursor = cursorOf(z.uuidv7());
/** Behind a post; with its folded title in a list by title. */
export const postCursor = cursorOf(z.object({ videoPostId: z.uuidv7(), titleFolded: z.string().max(200).optional() }));
/** Behind a job of the encoder API: its bare id. */
export const encoderJobCursor = cursorOf(z.uuidv7());
/** Behind a revision of a post: its version. */
export const revisionCursor = cursorOf(z.int().min(1));
/** Behind a rotation batch. */
export const batchCursor = cursorOf(z.uuidv7());
/** Behind a job. */
export const jobCursor = cursorOf(z.uuidv7());
/** Behind a launch. */
export const launchCursor = cursorOf(z.uuidv7());
/** Behind an API key. */
export const apiKeyCursor = cursorOf(z.object({ createdAt: z.int(), keyId: z.string().min(1).max(64) }));
/** Behind an upload token. */
export const uploadTokenCursor = cursorOf(z.uuidv7());
/** Behind a delivery of a webhook endpoint. */
export const deliveryCursor = cursorOf(z.object({ eventAt: z.int(), eventId: z.string().min(1).max(200) }));
/** Behind a part. */
export const partCursor = cursorOf(part);
/** Behind a video of the library. */
export const videoCursor = cursorOf(z.object({ publishedAt: z.int(), videoPostId: z.string().min(1).max(64) }));
/** Behind an entry of an author's rewards. */
export const rewardCursor = cursorOf(z.int().positive());
/** Behind a value that is wrapped under a key-encryption key; `after` is null before the first. */
export const rewrapCursor = cursorOf(
  z
    .object({
      kekId: z.string().min(1),
      kind: z.enum(["content", "single-key", "source-url", "webhook-secret"]),
      after: z
        .union([z.object({ keyId: z.string().min(1) }), z.object({ secretId: z.string().min(1) }), part])
        .nullable(),
    })
    .refine(
      ({ kind, after }) =>
        after === null ||
        ((kind === "content") === "keyId" in after && (kind === "webhook-secret") === "secretId" in after),
    ),
);

/** A parameter of a query that holds a cursor. */
export function cursorParameter<Position>({ read }: Cursor<Position>) {
  return z.string().transform((text, check): Position => {
    const position = read(text);
    if (position !== null) return position;
    check.addIssue({ code: "custom", message: "is not valid" });
    return z.NEVER;
  });
}
