import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encryptSegmentFile, ivForSequence } from "../../processor/media/segments/segment-cipher.ts";
import { type Times, timeProgram, timeWork } from "../child-times.ts";
import { type BenchOptions, type Comparison, compare } from "../comparison.ts";
import { MEDIA_TOOLS } from "../media-tools.ts";
import { pairedRounds } from "../rounds.ts";
import { makeSegments, type Segments } from "./transport-stream.ts";

const FULL = { segments: 61, rounds: 10 };
const QUICK = { segments: 8, rounds: 3 };

type Encryption = (segments: Segments, to: string) => Promise<Times>;

/** Encryption from file to file, against what a script would do with the usual programs. */
export async function benchEncrypt(options: BenchOptions): Promise<Comparison[]> {
  const { segments: count, rounds } = options.quick ? QUICK : FULL;
  const directory = await mkdtemp(join(tmpdir(), "ladderlock-bench-"));
  try {
    const segments = await makeSegments(MEDIA_TOOLS.ffmpeg, join(directory, "clear"), count);
    const key = randomBytes(16);
    await writeKeyInfo(directory, key);
    options.progress(`${segments.names.length} segments, ${(segments.bytes / 1e6).toFixed(1)} MB`);
    const comparisons: Comparison[] = [];
    for (const [name, bare] of [
      ["openssl enc per segment", withOpenssl(key)],
      ["ffmpeg AES remux", withFfmpeg(directory)],
    ] as const) {
      if (!name.includes(options.only)) continue;
      options.progress(name);
      const into = (encryption: Encryption) => () => intoFreshFolder(directory, (to) => encryption(segments, to));
      const sides = { ours: into(withOurs(key)), bare: into(bare) };
      await pairedRounds(1, sides);
      const measured = await pairedRounds(options.rounds ?? rounds, sides);
      const target = { atLeast: name.startsWith("openssl") ? 1.5 : 5 };
      const megabytes = segments.bytes / 1e6;
      const described = { name: "AES-128, file to file", against: name, target };
      comparisons.push(
        compare({ ...described, unit: "MB per CPU s" }, measured, ({ cpuSeconds }) => megabytes / cpuSeconds),
        compare({ ...described, unit: "MB/s" }, measured, ({ wallSeconds }) => megabytes / wallSeconds),
      );
    }
    return comparisons;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Nothing is ever overwritten, here as in the processor; removing the results is not measured. */
async function intoFreshFolder(directory: string, work: (to: string) => Promise<Times>): Promise<Times> {
  const to = join(directory, "encrypted");
  await mkdir(to);
  try {
    return await work(to);
  } finally {
    await rm(to, { recursive: true });
  }
}

/** In this process, since the processor is up anyway when it encrypts. */
function withOurs(key: Uint8Array): Encryption {
  return ({ directory, names }, to) =>
    timeWork(async () => {
      for (const [sequence, name] of names.entries()) {
        await encryptSegmentFile(join(directory, name), join(to, name), key, sequence);
      }
    });
}

/** One program for each segment, started by a shell, which costs less than Node to start them. */
function withOpenssl(key: Uint8Array): Encryption {
  return ({ directory, names }, to) => {
    const lines = names.map((name, sequence) => {
      const iv = Buffer.from(ivForSequence(sequence)).toString("hex");
      return `openssl enc -aes-128-cbc -K ${Buffer.from(key).toString("hex")} -iv ${iv} -in ${name} -out ${join(to, name)}`;
    });
    return timeProgram(["sh", "-ec", lines.join("\n")], { cwd: directory });
  };
}

function withFfmpeg(keyDirectory: string): Encryption {
  return ({ directory, playlist }, to) =>
    timeProgram(
      [
        ...[
          MEDIA_TOOLS.ffmpeg,
          "-hide_banner",
          "-loglevel",
          "error",
          "-nostdin",
          "-i",
          playlist,
          "-c",
          "copy",
          "-f",
          "hls",
        ],
        ...["-hls_time", "6", "-hls_playlist_type", "vod", "-hls_key_info_file", join(keyDirectory, "key-info")],
        ...["-hls_segment_filename", join(to, "seg_%05d.ts"), join(to, "index.m3u8")],
      ],
      { cwd: directory },
    );
}

/** What ffmpeg reads about a key: its URI, and the file that holds it. */
async function writeKeyInfo(directory: string, key: Uint8Array): Promise<void> {
  await writeFile(join(directory, "key"), key);
  await writeFile(join(directory, "key-info"), `key\n${join(directory, "key")}\n`);
}
