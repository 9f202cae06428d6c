import { type Deployment, startProcessor } from "../e2e/processor-process.ts";

/** A container that a fake platform has started. */
export type Container = {
  /** The exit code, or null after a signal. */
  readonly exit: Promise<number | null>;
  signal(signal: NodeJS.Signals): void;
};

/** `args` follow the entry point of the image; `env` is what the launch adds to the platform's own definition. */
export type StartContainer = (args: readonly string[], env: Readonly<Record<string, string>>) => Promise<Container>;

export type Containers = {
  readonly start: StartContainer;
  /** How many were started so far. */
  count(): number;
  /** Ends those that still run. */
  [Symbol.asyncDispose](): Promise<void>;
};

/** Containers of the image: real processors, with the settings that a platform's definition or secrets hold. */
export function processorContainers(deployment: Deployment): Containers {
  const started: Awaited<ReturnType<typeof startProcessor>>[] = [];
  return {
    start: async (args, env) => {
      const running = await startProcessor(deployment, env, args);
      started.push(running);
      return running;
    },
    count: () => started.length,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(started.map((running) => running.stop()));
    },
  };
}

export type HeldContainer = { readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> } & {
  readonly signals: readonly NodeJS.Signals[];
  end(code: number | null): void;
};

/** Containers without a program, which end when the test ends them, or with 75 at SIGTERM as a processor does. */
export function heldContainers(): { readonly start: StartContainer; readonly held: readonly HeldContainer[] } {
  const held: HeldContainer[] = [];
  return {
    held,
    start: async (args, env) => {
      const { promise: exit, resolve } = Promise.withResolvers<number | null>();
      const signals: NodeJS.Signals[] = [];
      held.push({ args, env, signals, end: resolve });
      const signal = (name: NodeJS.Signals) => {
        signals.push(name);
        resolve(name === "SIGTERM" ? 75 : null);
      };
      return { exit, signal };
    },
  };
}
