import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROCESSOR_TOKEN, startJobService, transcodeOrder } from "../../processor/jobs/loop/job-service.fixture.ts";
import { transcodeReportSchema, type WorkOrder } from "../../shared/application/protocols/job-protocol.ts";
import { type BenchOptions, type Comparison, compare } from "../comparison.ts";
import { serveFolder } from "../s3-folder.ts";
import { splitIntoChunks } from "../upload-chunks.ts";
import { makeLargeSource } from "./large-source.ts";
import { lengthenLadder } from "./long-ladder.ts";
import { type ProcessorRun, runProcessor } from "./processor-run.ts";

const LIMIT_MEGABYTES = 300;
const FULL_BYTES = 2e9;
const QUICK_BYTES = 2e8;

/** The memory of the processor itself, ffmpeg aside, while it does whole jobs on a large source. */
export async function benchMemory(options: BenchOptions): Promise<Comparison[]> {
  const folder = await mkdtemp(join(tmpdir(), "ladderlock-memory-"));
  try {
    const path = join(folder, "source/film.mkv");
    await mkdir(join(folder, "source"));
    const ffmpeg = process.env.FFMPEG_PATH ?? "ffmpeg";
    const size = await makeLargeSource(ffmpeg, path, options.quick ? QUICK_BYTES : FULL_BYTES);
    await splitIntoChunks(path, join(folder, "source/uploads/u1"), size);
    return await measure(folder, size, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, size: number, options: BenchOptions): Promise<Comparison[]> {
  await using server = await serveFolder(folder);
  await using service = await startJobService();
  const environment = environmentFor(server.origin, service.url, folder);
  const results: Comparison[] = [];
  const run = async (name: string, order: WorkOrder) => {
    if (!name.includes(options.only)) return;
    options.progress(name);
    service.queue.push(order);
    results.push(comparisonOf(name, size, await runProcessor(order.jobId, environment)));
  };
  const source = { kind: "upload", prefix: "uploads/u1/", size } as const;
  await run("transcode job, source from a URL", {
    ...transcode("j1"),
    source: { kind: "url", url: `${server.origin}/source/film.mkv` },
  });
  await run("transcode job, source from upload chunks", { ...transcode("j2"), source });
  const report = service.calls.find(({ route }) => route === "j2/transcode-result");
  if (report === undefined) return results;
  const clearPrefix = "film/long/c1/";
  const segments = options.quick ? 20 : 600;
  const short = transcodeReportSchema.parse(report.body);
  const bucket = join(folder, "source");
  const { variants, durationSeconds } = await lengthenLadder(short, bucket, "film/j2/c1/", clearPrefix, segments);
  service.keys = {
    keyVersion: 1,
    encryptedPrefix: "film/enc/",
    keys: variants.map(({ quality }) => ({
      ...{ quality, keyId: quality, key: randomBytes(16).toString("base64"), keyUri: `/key?quality=${quality}` },
    })),
  };
  const { resourceType: _type, fileName: _name, source: _source, ...base } = transcode("j2");
  const name = `encrypt job, ${segments} segments of each quality`;
  await run(name, { ...base, jobId: "j3", clearPrefix, kind: "ENCRYPT", variants, durationSeconds });
  return results;
}

function transcode(jobId: string): Extract<WorkOrder, { kind: "TRANSCODE" }> {
  const order = transcodeOrder(jobId);
  if (order.kind !== "TRANSCODE") throw new Error("another kind of order");
  return { ...order, clearPrefix: `film/${jobId}/c1/` };
}

function environmentFor(s3: string, service: string, folder: string): Record<string, string> {
  return {
    LADDERLOCK_URL: service,
    PROCESSOR_TOKEN,
    S3_ENDPOINT: s3,
    S3_ACCESS_KEY_ID: "id",
    S3_SECRET_ACCESS_KEY: "secret",
    SOURCE_BUCKET: "source",
    PLAYBACK_BUCKET: "playback",
    SOURCE_ALLOW_HOSTS: new URL(s3).host,
    WORK_DIR: join(folder, "work"),
    X264_PRESET: "ultrafast",
    FFMPEG_PATH: process.env.FFMPEG_PATH ?? "ffmpeg",
    FFPROBE_PATH: process.env.FFPROBE_PATH ?? "ffprobe",
  };
}

function comparisonOf(name: string, size: number, { peakMegabytes, seconds }: ProcessorRun): Comparison {
  const described = {
    name: `memory of the processor: ${name}`,
    against: `${LIMIT_MEGABYTES} MB`,
    unit: "MB resident at most",
    target: { atMost: 1 },
    note: `${(size / 1e9).toFixed(2)} GB of source, ${seconds.toFixed(0)} s`,
  };
  return compare(described, [{ ours: peakMegabytes, bare: LIMIT_MEGABYTES }], (megabytes) => megabytes);
}
