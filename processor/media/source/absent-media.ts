import { type Refusal, refuse } from "../refusal.ts";
import type { ContainerEnd } from "./container-end.ts";
import type { StreamScan } from "./packet-scan.ts";
import { isPicture, isSound, type StreamReport } from "./stream-report.ts";

type Chosen = { readonly video: StreamReport | null; readonly audio: StreamReport | null };

/** Why a file whose headers name tracks, but that holds nothing of them, cannot be used; null where it can. */
export function refuseAbsentMedia(
  streams: readonly StreamReport[],
  { video, audio }: Chosen,
  scans: ReadonlyMap<number, StreamScan>,
  end: ContainerEnd,
): Refusal | null {
  const tracks = streams.filter((stream) => isPicture(stream) || isSound(stream));
  const absent = tracks.filter(({ index }) => !scans.has(index));
  const nothing = !video && !audio && absent.length === tracks.length;
  const lost = end === "cut" && ((!video && absent.some(isPicture)) || (!audio && absent.some(isSound)));
  if (lost || (nothing && end === "cut")) {
    return refuse("source-incomplete", "The file is incomplete: it ends before its media. Upload it again.");
  }
  return nothing
    ? refuse("no-video-or-audio", "The file names tracks but holds nothing of them. Record or export it again.")
    : null;
}
