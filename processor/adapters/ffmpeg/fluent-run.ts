import type { ChildProcess, SpawnOptions } from "node:child_process";
import type { Readable } from "node:stream";
import createCommand, { type FfmpegCommand } from "fluent-ffmpeg";
import { type FfmpegCommandLine, filterArguments } from "../../media/encode/ffmpeg-arguments.ts";
import type { Capabilities } from "./capabilities.ts";
import { childEnvironment, guardCommand } from "./launch.ts";

export type RunningFfmpeg = {
  readonly pid: number;
  /** What ffmpeg writes on a descriptor from 3 on. */
  readonly pipe: (descriptor: number) => Readable;
  /** The last lines of stderr so far. */
  readonly stderr: readonly string[];
  /** Resolves when ffmpeg has ended, however it did. */
  readonly exit: Promise<{ readonly code: number | null; readonly killedBy: NodeJS.Signals | null }>;
};

export type FluentLaunch = {
  readonly ffmpeg: string;
  readonly workingDirectory: string;
  readonly capabilities: Capabilities;
  readonly memoryBytes: number | null;
};

const STDERR_LINES = 40;

type Done = (error?: Error) => void;
type Spawn = (args: string[], options: SpawnOptions | Done, onProcess?: Done, onEnd?: Done) => void;

/** The parts of fluent-ffmpeg 2.1 that are replaced: it has no options for spawn, and it asks ffmpeg for its codecs. */
type Internals = {
  _getFfmpegPath: (done: (error: Error | null, path: string) => void) => void;
  _checkCapabilities: (done: Done) => void;
  availableEncoders: (done: (error: Error | null, encoders: Record<string, never>) => void) => void;
  _spawnFfmpeg: Spawn;
  ffmpegProc?: ChildProcess;
};

/** Starts one ffmpeg through fluent-ffmpeg: own process group, clean environment, pipes for progress and lists. */
export function startFluent(line: FfmpegCommandLine, launch: FluentLaunch): Promise<RunningFfmpeg> {
  const command = createCommand({ cwd: launch.workingDirectory, stdoutLines: STDERR_LINES })
    .input(line.source)
    .inputOptions(...line.inputOptions);
  if (line.soundInput) command.input(line.soundInput.source).inputOptions(...line.soundInput.options);
  command.output(line.target).outputOptions(...filterArguments(line), ...line.outputOptions);
  for (const { options, target } of line.imageOutputs) command.output(target).outputOptions(...options);
  const internals = command as unknown as Internals;
  replaceInternals(internals, line, launch);
  return start(command, internals);
}

function replaceInternals(internals: Internals, line: FfmpegCommandLine, launch: FluentLaunch): void {
  const pipes = Math.max(line.progressPipe, ...line.segmentListPipes.map(({ pipe }) => pipe)) + 1;
  const spawnOptions: SpawnOptions = {
    detached: true,
    env: childEnvironment(),
    stdio: ["ignore", ...Array.from({ length: pipes - 1 }, () => "pipe" as const)],
  };
  const spawn = internals._spawnFfmpeg;
  let program = launch.ffmpeg;
  // The path is otherwise cached for the whole process, and looked up in its environment.
  internals._getFfmpegPath = (done) => done(null, program);
  internals._checkCapabilities = (done) => done();
  internals.availableEncoders = (done) => done(null, {});
  internals._spawnFfmpeg = function (this: Internals, args, options, onProcess, onEnd) {
    const { ffmpeg, capabilities, memoryBytes } = launch;
    const guarded = guardCommand(ffmpeg, args, { ...capabilities, memoryBytes });
    program = guarded.command;
    const own = typeof options === "function" ? {} : options;
    spawn.call(this, [...guarded.args], { ...own, ...spawnOptions }, onProcess, onEnd);
  };
}

function start(command: FfmpegCommand, internals: Internals): Promise<RunningFfmpeg> {
  const stderr: string[] = [];
  const ended = Promise.withResolvers<void>();
  return new Promise((resolve, reject) => {
    command.on("stderr", (text: string) => {
      stderr.push(text);
      if (stderr.length > STDERR_LINES) stderr.shift();
    });
    command.on("end", () => ended.resolve());
    command.on("error", (error: Error) => {
      reject(error);
      ended.resolve();
    });
    command.on("start", () => {
      const child = internals.ffmpegProc;
      if (child?.pid === undefined) return;
      resolve({
        pid: child.pid,
        pipe: (descriptor) => child.stdio[descriptor] as Readable,
        stderr,
        exit: ended.promise.then(() => ({ code: child.exitCode, killedBy: child.signalCode })),
      });
    });
    command.run();
  });
}
