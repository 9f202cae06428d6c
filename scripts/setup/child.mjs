import { spawn } from "node:child_process";
import { constants } from "node:os";

/**
 * Runs a program in this terminal and waits for it. Signals to us are passed on, and what the program makes of them is
 * what counts: its exit code is returned. With `channel`, a Node program sees its IPC channel close when we are
 * killed, and is stopped when our parent process ends.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, channel?: boolean }} options
 * @returns {Promise<number>}
 */
export function runInForeground(command, args, { cwd, env, channel = false }) {
  const child = spawn(command, args, {
    cwd,
    env,
    stdio: ["inherit", "inherit", "inherit", channel ? "ipc" : "ignore"],
  });
  const passOn = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
  for (const signal of signals) process.on(signal, passOn);
  const stopWatching = channel ? onceOrphaned(() => child.kill("SIGTERM")) : () => {};
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      for (const name of signals) process.off(name, passOn);
      stopWatching();
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
    });
  });
}

/**
 * npm's shell may die of a signal without passing it on. Nobody is then left to stop us, so we stop ourselves.
 *
 * @param {() => void} action
 */
function onceOrphaned(action) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    action();
  }, 500);
  return () => clearInterval(timer);
}

/**
 * Runs a command's main function; what set-up has to say is shown as it is, anything else with its stack.
 *
 * @param {() => Promise<number>} main
 */
export async function exitWith(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    console.error(error instanceof Error && error.name === "SetupError" ? error.message : error);
    process.exitCode = 1;
  }
}
