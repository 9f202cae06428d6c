import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bodyOf } from "../../../client/index.ts";
import { type Stage, startStage } from "../../../test/browser/player-stage.ts";
import { buildWorker } from "../../../test/fixtures/isolates/build-worker.ts";
import { makeSampleClip } from "../../dev/sample-clip.ts";

const CAPTIONS = `WEBVTT

00:00:00.000 --> 00:00:09.000
Each quality has its own key.

00:00:09.000 --> 00:00:20.000
The lock is on 1080p, not on the film.
`;
const CHAPTERS = [
  { startSeconds: 0, title: "Start" },
  { startSeconds: 8, title: "The lock" },
  { startSeconds: 15, title: "End" },
];

/** The sample of `npm start` in the whole system, with captions in two languages and chapters. */
export async function openFilmStage(folder: string): Promise<Stage> {
  const built = join(folder, "worker");
  await buildWorker(built);
  process.env.BUILT_WORKER = built;
  const path = join(folder, "film.mp4");
  await makeSampleClip(path, process.env.FFMPEG_PATH ?? "ffmpeg", new AbortController().signal);
  const stage = await startStage(
    { EMBED_ANCESTORS: "*", GATE_FRESH_SECONDS: "1" },
    { path, title: "A ladder in motion" },
  );
  const { client } = stage.stack;
  const params = { videoPostId: stage.part.videoPostId, fileIndex: String(stage.part.fileIndex) };
  const file = { type: "text/vtt", content: CAPTIONS } as const;
  for (const query of [
    { language: "en", name: "English" },
    { language: "de", name: "Deutsch" },
  ]) {
    bodyOf(await client.addCaption({ params, query, file }));
  }
  const chapters = { type: "application/json", content: JSON.stringify({ chapters: CHAPTERS }) } as const;
  bodyOf(await client.setChapters({ params, file: chapters }));
  // Until no isolate remembers the part without them.
  await sleep(3000);
  return stage;
}
