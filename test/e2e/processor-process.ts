import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TEST_SECRETS } from "./test-secrets.ts";

/** A real processor, as an operator runs it. */
export type ProcessorProcess = {
  readonly logPath: string;
  readonly workDirectory: string;
  readonly pid: number;
  log(): Promise<string>;
  exited(): boolean;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, and what it left behind goes. */
  stop(): Promise<void>;
  /** The exit code, or null after a signal. */
  readonly exit: Promise<number | null>;
};

/** What a processor works for. */
export type Deployment = {
  /** Where the Worker and local R2 answer. */
  readonly origin: string;
  /** The Postgres of the Worker. Without one, the processor asks the Worker for jobs. */
  readonly databaseUrl: string | null;
};

const ROOT = join(import.meta.dirname, "../..");

/** The program as the image runs it. */
export const SOURCE = join(ROOT, "cli/main.ts");
/** As the package has it, which starts in a third of the time; build-worker.ts builds it. */
const PROGRAM = process.env.BUILT_PROGRAM ?? SOURCE;

/** `settings` replace or add environment variables. */
export async function startProcessor(
  deployment: Deployment,
  settings: Record<string, string> = {},
  args: readonly string[] = ["serve"],
  program = PROGRAM,
): Promise<ProcessorProcess> {
  const directory = await mkdtemp(join(tmpdir(), "ladderlock-e2e-"));
  const logPath = join(directory, "processor.log");
  const log = await open(logPath, "a");
  const env = { ...processorSettings(deployment), WORK_DIR: join(directory, "work"), ...settings };
  const child = spawn(process.execPath, [program, ...args], {
    cwd: ROOT,
    stdio: ["ignore", log.fd, log.fd],
    env: { ...inherited(), ...env },
  });
  await log.close();
  return {
    logPath,
    workDirectory: env.WORK_DIR,
    pid: child.pid!,
    log: () => readFile(logPath, "utf8"),
    exit: new Promise((resolve) => child.once("exit", (code) => resolve(code))),
    exited: () => hasExited(child),
    signal: (signal) => child.kill(signal),
    stop: async () => {
      await terminated(child);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Nothing else of the test's environment may act as a setting. */
function inherited(): NodeJS.ProcessEnv {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return { PATH, ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }) };
}

function processorSettings({ origin, databaseUrl }: Deployment) {
  return {
    ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
    LADDERLOCK_URL: origin,
    PROCESSOR_TOKEN: TEST_SECRETS.PROCESSOR_TOKEN,
    S3_ENDPOINT: `${origin}/cdn-cgi/local/r2/s3`,
    S3_REGION: "auto",
    S3_ACCESS_KEY_ID: "local",
    S3_SECRET_ACCESS_KEY: "local-development-only",
    SOURCE_BUCKET: "ladderlock-source",
    PLAYBACK_BUCKET: "ladderlock-playback",
    POLL_SECONDS: "1",
    X264_PRESET: "ultrafast",
    FFMPEG_PATH: process.env.FFMPEG_PATH ?? "ffmpeg",
    FFPROBE_PATH: process.env.FFPROBE_PATH ?? "ffprobe",
  };
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function terminated(child: ChildProcess): Promise<void> {
  if (hasExited(child)) return;
  const exit = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGCONT");
  child.kill("SIGTERM");
  await exit;
}
