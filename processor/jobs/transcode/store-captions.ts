import { join } from "node:path";
import type { FoundCaption } from "../../../shared/application/protocols/job-protocol.ts";
import { sourceCaptionKey } from "../../../shared/domain/part/object-keys.ts";
import { printWebVtt } from "../../../shared/webvtt/print-webvtt.ts";
import { extractSubtitles, type SubtitlesRequest } from "../../adapters/ffmpeg/extract-subtitles.ts";
import type { ObjectStore } from "../../adapters/object-store.ts";
import { captionFields } from "../../media/source/caption-names.ts";
import type { SourceSubtitles } from "../../media/source/text-subtitles.ts";
import { CAPTION_TEXT } from "../object-headers.ts";

type CaptionsRequest = Omit<SubtitlesRequest, "directory"> & {
  readonly workPath: string;
  readonly clearPrefix: string;
  readonly store: ObjectStore;
};

export type StoredCaptions = { readonly captions: FoundCaption[]; readonly warnings: readonly string[] };

/** Makes captions of the source's text subtitles, and stores them beside the clear renditions. */
export async function storeCaptions(request: CaptionsRequest): Promise<StoredCaptions> {
  const { workPath, clearPrefix, store, signal } = request;
  const { found, lost } = await extractSubtitles({ ...request, directory: join(workPath, "subtitles") });
  const captions: FoundCaption[] = [];
  for (const { subtitles, track } of found) {
    const { streamIndex } = subtitles;
    const bytes = new TextEncoder().encode(printWebVtt(track));
    await store.putBytes(sourceCaptionKey(clearPrefix, streamIndex), bytes, CAPTION_TEXT, signal);
    const sizes = { cues: track.cues.length, bytes: bytes.byteLength };
    captions.push({ track: streamIndex, ...captionFields(subtitles), ...sizes });
  }
  return { captions, warnings: lost.map(lostSentence) };
}

function lostSentence({ streamIndex, codec, language }: SourceSubtitles): string {
  const name = language === null ? codec : `${codec}, ${language}`;
  return `Left out: subtitles, track ${streamIndex} (${name}), of which no text could be made.`;
}
