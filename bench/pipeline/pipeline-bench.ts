import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startStack } from "../../test/e2e/stack.ts";
import type { Times } from "../child-times.ts";
import { type BenchOptions, type Comparison, compare } from "../comparison.ts";
import { pairedRounds } from "../rounds.ts";
import { serveFolder } from "../s3-folder.ts";
import { planBareFfmpeg } from "./bare-ffmpeg.ts";
import { makeClip } from "./clip.ts";
import { imageRounds } from "./image-cost.ts";
import { inFolder } from "./in-folder.ts";
import { type FolderStore, type JobTimes, runProcessor } from "./processor-run.ts";

/** Three minutes, since what a job costs once (starts, checks) is several per cent of a clip of one. */
const FULL = { seconds: 180, rounds: 2 };
const QUICK = { seconds: 8, rounds: 2 };
const HEIGHT = 1080;
const MEDIA_CHECK = "media check";
const IMAGES = "images";

/** From an uploaded file to encrypted playback, against the one ffmpeg without which it cannot be done. */
export async function benchPipeline(options: BenchOptions): Promise<Comparison[]> {
  const standard = options.quick ? QUICK : FULL;
  const { seconds = standard.seconds, rounds = standard.rounds, height = HEIGHT } = options;
  const onlyCheck = options.only !== "" && MEDIA_CHECK.includes(options.only);
  const directory = await mkdtemp(join(tmpdir(), "ladderlock-bench-"));
  try {
    const clip = join(directory, "clip.mp4");
    options.progress(`a clip of ${seconds} s`);
    await makeClip(clip, seconds, height);
    const name = `${seconds} s of ${height}p30`;
    if (options.only !== "" && IMAGES.includes(options.only)) {
      const described = { name: `${IMAGES} of ${name}`, against: "the ladder alone", unit: "CPU s" };
      const measured = await imageRounds(clip, { seconds, rounds, directory, progress: options.progress });
      return [compare({ ...described, target: { atMost: 1.02 } }, measured, (cpuSeconds) => cpuSeconds)];
    }
    const bareFfmpeg = await planBareFfmpeg(clip, { images: true, encoders: true });
    const work = (run: (folder: string) => Promise<JobTimes>) => () => inFolder(directory, run);
    const stack = await startStack({ processor: false });
    const folder = join(directory, "buckets");
    await using server = await serveFolder(folder);
    const store = { origin: server.origin, folder };
    try {
      const measured = await pairedRounds(rounds, {
        ours: work((work) =>
          told(
            "processor",
            inEmptyStore(store, () => runProcessor(stack, store, clip, work)),
            options,
          ),
        ),
        bare: onlyCheck
          ? () => Promise.resolve(NOTHING)
          : work((folder) => told("ffmpeg", unchecked(bareFfmpeg(folder)), options)),
      });
      const described = { name, against: "one ffmpeg, same arguments" };
      const checks = measured.map(({ ours }) => ({ ours: ours.checkSeconds, bare: ours.cpuSeconds }));
      const check = compare(
        { name: `${MEDIA_CHECK} of ${name}`, against: "all of the job", unit: "CPU s", target: { atMost: 0.01 } },
        checks,
        (seconds) => seconds,
      );
      if (onlyCheck) return [check];
      return [
        check,
        compare({ ...described, unit: "CPU s", target: { atMost: 1.03 } }, measured, ({ cpuSeconds }) => cpuSeconds),
        compare({ ...described, unit: "wall s", target: { atMost: 1.08 } }, measured, ({ wallSeconds }) => wallSeconds),
      ];
    } finally {
      await stack.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const NOTHING: JobTimes = { cpuSeconds: 0, wallSeconds: 0, checkSeconds: 0 };

async function unchecked(times: Promise<Times>): Promise<JobTimes> {
  return { ...(await times), checkSeconds: 0 };
}

/** A round takes minutes: each result is printed as it arrives. */
async function told(name: string, run: Promise<JobTimes>, { progress }: BenchOptions): Promise<JobTimes> {
  const times = await run;
  progress(`${name}: ${times.cpuSeconds.toFixed(1)} CPU s, ${times.wallSeconds.toFixed(1)} s`);
  return times;
}

async function inEmptyStore<T>({ folder }: FolderStore, run: () => Promise<T>): Promise<T> {
  await mkdir(folder);
  try {
    return await run();
  } finally {
    await rm(folder, { recursive: true });
  }
}
