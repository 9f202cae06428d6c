import { spawn } from "node:child_process";
import type { LaunchRequest } from "../../shared/application/protocols/local-launcher-protocol.ts";
import type { RunEnd, RunProcess } from "./run-list.ts";

export type RunProgram = {
  /** The command that is this program, with its arguments: `run` and nothing else is added. */
  readonly command: readonly [string, ...string[]];
  /** That of the launcher; the runs read the same settings from it. */
  readonly environment: NodeJS.ProcessEnv;
  /** Settings of the launcher alone. */
  readonly withoutSettings: readonly string[];
  /** Whether the system has setpriv: a run is then stopped also when the launcher is killed. */
  readonly setpriv: boolean;
};

/** Starts `ladderlock run` with VIDEO_JOB_ID. Its log continues that of the launcher. */
export function startRun(
  { command, environment, withoutSettings, setpriv }: RunProgram,
  { jobId }: LaunchRequest,
): RunProcess {
  const [program, ...args] = setpriv ? ["setpriv", "--pdeathsig", "TERM", "--", ...command] : command;
  const kept = Object.entries(environment).filter(([name]) => !withoutSettings.includes(name));
  const child = spawn(program, [...args, "run"], {
    env: { ...Object.fromEntries(kept), VIDEO_JOB_ID: jobId },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const end = new Promise<RunEnd>((resolve) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      if (child.pid === undefined) resolve({ exitCode: null, reason: `could not be started: ${error.code}` });
    });
    child.once("exit", (exitCode, signal) =>
      resolve({ exitCode, reason: signal === null ? null : `ended by ${signal}` }),
    );
  });
  return { end, signal: (signal) => void child.kill(signal) };
}
