import type { StoredText } from "../../shared/domain/part/caption.ts";
import { captionKey, captionPrefix } from "../../shared/domain/part/object-keys.ts";
import { secretId } from "../../shared/lib/random-id.ts";
import { decodeText } from "../../shared/webvtt/decode-text.ts";
import { parseTextTrack } from "../../shared/webvtt/parse-text-track.ts";
import { printWebVtt } from "../../shared/webvtt/print-webvtt.ts";
import type { Env } from "../env.ts";
import type { GivenFile } from "../http/read-file.ts";
import { type Refusal, refused } from "../http/refusal.ts";

export const VTT = "text/vtt; charset=utf-8";

export type ParsedFile = { readonly kind: "text"; readonly text: string; readonly cues: number };

/** A subtitle file as the WebVTT that is stored, or why it is none. */
export function parseSubtitleFile({ bytes, charset }: GivenFile): ParsedFile | Refusal<"invalid"> {
  const decoded = decodeText(bytes, charset);
  if (decoded.kind === "refused") return invalid(decoded);
  const parsed = parseTextTrack(decoded.text);
  if (parsed.kind === "refused") return invalid(parsed);
  return { kind: "text", text: printWebVtt(parsed.track), cues: parsed.track.cues.length };
}

export function invalid({ line, reason }: { readonly line: number; readonly reason: string }): Refusal<"invalid"> {
  return refused("invalid", line === 0 ? `the file: ${reason}` : `line ${line} of the file: ${reason}`);
}

/** Under a name that nothing had: a text is never overwritten. */
export async function storeText({ SOURCE }: Env, videoPostId: string, { text, cues }: ParsedFile): Promise<StoredText> {
  const textId = secretId();
  const objectKey = captionKey(captionPrefix(videoPostId, textId));
  const bytes = new TextEncoder().encode(text);
  await SOURCE.put(objectKey, bytes, { httpMetadata: { contentType: VTT } });
  return { textId, objectKey, cues, bytes: bytes.byteLength };
}

/** A text that no save names. Where this fails, the garbage collection finds it. */
export async function discardText({ SOURCE }: Env, { objectKey }: StoredText): Promise<void> {
  await SOURCE.delete(objectKey).catch(() => {});
}
