import { stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bodyOf } from "../../client/index.ts";
import { uploadPrefix } from "../../shared/domain/part/object-keys.ts";
import type { Stack } from "../../test/e2e/stack.ts";
import { TEST_SECRETS } from "../../test/e2e/test-secrets.ts";
import { startTimed, type Times } from "../child-times.ts";
import { MEDIA_TOOLS } from "../media-tools.ts";
import { processorCommand } from "../processor-command.ts";
import { splitIntoChunks } from "../upload-chunks.ts";

const ROOT = join(import.meta.dirname, "../..");
const SOURCE_BUCKET = "ladderlock-source";

/** A folder that is served over S3, whose own folders are the buckets. */
export type FolderStore = { readonly origin: string; readonly folder: string };

export type JobTimes = Times & {
  /** CPU time of the media checks in it, as the processor measures around them. */
  readonly checkSeconds: number;
};

/**
 * A processor from its start until the post plays: download, probe, transcode and upload, verify, encrypt and upload,
 * verify again. The clip is uploaded before the clock starts. CPU includes the start and the end of the process; wall
 * ends when the post is seen to be published.
 */
export async function runProcessor(
  stack: Stack,
  store: FolderStore,
  clip: string,
  workDirectory: string,
): Promise<JobTimes> {
  const uploadId = await stack.upload(clip);
  // What the Worker has put into its own bucket, in the one that the processor reads.
  await splitIntoChunks(clip, join(store.folder, SOURCE_BUCKET, uploadPrefix(uploadId)), (await stat(clip)).size);
  const post = { title: "Benchmark", resourceType: "VIDEO", autoPublish: true } as const;
  const body = { ...post, uploadFileList: [{ uploadId, fileName: "clip.mp4" }] };
  const { videoPostId } = bodyOf(await stack.client.createVideoPost({ body }));

  const startedAt = performance.now();
  const environment = { ...processorEnvironment(stack.origin, workDirectory), S3_ENDPOINT: store.origin };
  const program = startTimed(processorCommand("serve"), { cwd: ROOT, env: environment });
  // Awaited below; a processor that dies must not wait for the post.
  const died = program.ended.then(() => Promise.reject(new Error("the processor ended by itself")));
  try {
    await Promise.race([published(stack, videoPostId), died]);
  } finally {
    program.stop();
  }
  died.catch(() => {});
  const wallSeconds = (performance.now() - startedAt) / 1000;
  const { cpuSeconds, output } = await program.ended;
  return { wallSeconds, cpuSeconds, checkSeconds: checkSeconds(output) };
}

/** From the log of the processor: the checks of the transcode job and of the encrypt job. */
function checkSeconds(log: string): number {
  const checks = [...log.matchAll(/"checkCpuMs":([\d.]+)/g)].map(([, milliseconds]) => Number(milliseconds));
  if (checks.length < 2) throw new Error("the processor has not checked its media");
  return checks.reduce((sum, milliseconds) => sum + milliseconds, 0) / 1000;
}

async function published(stack: Stack, videoPostId: string): Promise<void> {
  for (;;) {
    const post = bodyOf(await stack.client.getVideoPost({ params: { videoPostId } }));
    if (post.status === "PUBLISHED") return;
    if (/FAILED|CANCELLED/.test(post.status)) throw new Error(post.files[0]?.failReason ?? "the job failed");
    // Each look is work for the Worker, on the same cores; the end comes after the renditions are there.
    await sleep(post.files[0]?.durationSeconds == null ? 2000 : 50);
  }
}

/** As in a deployment, with nothing but what must be set. */
export function processorEnvironment(origin: string, workDirectory: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    LADDERLOCK_URL: origin,
    PROCESSOR_TOKEN: TEST_SECRETS.PROCESSOR_TOKEN,
    S3_ENDPOINT: `${origin}/cdn-cgi/local/r2/s3`,
    S3_ACCESS_KEY_ID: "local",
    S3_SECRET_ACCESS_KEY: "local-development-only",
    SOURCE_BUCKET,
    PLAYBACK_BUCKET: "ladderlock-playback",
    WORK_DIR: workDirectory,
    FFMPEG_PATH: MEDIA_TOOLS.ffmpeg,
    FFPROBE_PATH: MEDIA_TOOLS.ffprobe,
  };
}
