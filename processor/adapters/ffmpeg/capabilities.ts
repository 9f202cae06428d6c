import { access, constants } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { ArgumentCapabilities } from "../../media/encode/ffmpeg-arguments.ts";
import { childEnvironment, type GuardTools } from "./launch.ts";
import { runTool } from "./run-tool.ts";

/** What this machine's ffmpeg can do, and what can guard it. */
export type Capabilities = Omit<ArgumentCapabilities, "toneMap"> &
  GuardTools & {
    readonly version: string;
    /** Takes filter graphs without an output. */
    readonly sinkGraphs: boolean;
    /** Encoders for the ladder: libx264 and aac. */
    readonly encodesLadder: boolean;
    /** The encoder for JPEG. */
    readonly encodesImages: boolean;
    /** Codec names with a decoder. */
    readonly decoders: ReadonlySet<string>;
  };

const TIMEOUT_SECONDS = 120;
const known = new Map<string, Promise<Capabilities>>();

/** Asks ffmpeg once for each path; throws when it is missing or broken. */
export function inspectFfmpeg(ffmpeg: string): Promise<Capabilities> {
  return once(known, ffmpeg, ask);
}

const knownToneMaps = new Map<string, Promise<boolean>>();

/** Whether ffmpeg has the filters for HDR. Asked separately, since few sources need it. */
export function canToneMap(ffmpeg: string): Promise<boolean> {
  return once(knownToneMaps, ffmpeg, async () => {
    const { list } = await answer(ffmpeg, "-filters");
    return ["zscale", "tonemap"].every((filter) => hasEntry(list, filter));
  });
}

/** A question that failed is asked again. */
function once<T>(answers: Map<string, Promise<T>>, ffmpeg: string, question: (ffmpeg: string) => Promise<T>) {
  const cached = answers.get(ffmpeg);
  if (cached) return cached;
  const asked = question(ffmpeg);
  answers.set(ffmpeg, asked);
  asked.catch(() => answers.delete(ffmpeg));
  return asked;
}

/** Of one call, since each loads hundreds of libraries: its banner has the version. */
async function ask(ffmpeg: string): Promise<Capabilities> {
  const codecs = await answer(ffmpeg, "-codecs");
  const [setpriv, prlimit] = await Promise.all(["setpriv", "prlimit"].map(isOnLinuxPath));
  const name = /^ffmpeg version (\S+)/m.exec(codecs.banner)?.[1] ?? "unknown";
  const encoders = parseEncoders(codecs.list);
  return {
    version: name,
    ...versionFlags(name),
    encodesLadder: ["libx264", "aac"].every((encoder) => encoders.has(encoder)),
    encodesImages: encoders.has("mjpeg"),
    decoders: parseDecoders(codecs.list),
    setpriv: setpriv ?? false,
    prlimit: prlimit ?? false,
  };
}

type Answer = { readonly banner: string; readonly list: string };

async function answer(ffmpeg: string, question: string): Promise<Answer> {
  const run = { command: ffmpeg, args: [question], workingDirectory: tmpdir(), timeoutSeconds: TIMEOUT_SECONDS };
  const result = await runTool({ ...run, signal: new AbortController().signal }).catch((cause) => {
    throw new Error(`ffmpeg cannot be started (${ffmpeg}): install it or set FFMPEG_PATH`, { cause });
  });
  if (result.code !== 0) throw new Error(`ffmpeg ${question} failed (${ffmpeg})`);
  return { banner: result.stderr.join("\n"), list: result.stdout.toString("utf8") };
}

/** Builds from git have no number ("N-92718-g..."): nothing that depends on it is used. */
export function versionFlags(version: string) {
  const [major = 0, minor = 0] = (/^n?(\d+)\.(\d+)/.exec(version)?.slice(1) ?? []).map(Number);
  const atLeast = (wantedMajor: number, wantedMinor: number) =>
    major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  return { fpsMode: atLeast(5, 1), statsPeriod: atLeast(4, 4), sinkGraphs: atLeast(4, 0) && !atLeast(6, 0) };
}

/** Names with a D in the first column of `ffmpeg -codecs`. */
export function parseDecoders(codecs: string): Set<string> {
  return new Set([...codecs.matchAll(/^ D[.E][VASDT][.I][.L][.S] (\S+)/gm)].map((match) => match[1] ?? ""));
}

/** Of the codecs with an E in the second column: those listed, or where none is listed, the one of the codec's name. */
export function parseEncoders(codecs: string): Set<string> {
  const lines = codecs.matchAll(/^ [D.]E[VASDT][I.][L.][S.] (\S+).*?(?:\(encoders: (.*?) *\))?$/gm);
  return new Set([...lines].flatMap(([, codec = "", listed]) => listed?.split(" ") ?? [codec]));
}

function hasEntry(list: string, name: string): boolean {
  return new RegExp(`^\\s*\\S+\\s+${name}\\s`, "m").test(list);
}

async function isOnLinuxPath(program: string): Promise<boolean> {
  if (process.platform !== "linux") return false;
  const folders = (childEnvironment().PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const found = await Promise.allSettled(folders.map((folder) => access(join(folder, program), constants.X_OK)));
  return found.some((result) => result.status === "fulfilled");
}
