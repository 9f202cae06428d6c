import { signalGroup, stopGroup } from "./launch.ts";

/** Ends a process group once, for the first reason given, and in any case with this process. */
export class Stopper {
  readonly #pid: number;
  readonly #killNow: () => void;
  #reason: { readonly value: unknown } | null = null;
  #stopWaiting = () => {};

  constructor(pid: number) {
    this.#pid = pid;
    this.#killNow = () => signalGroup(pid, "SIGKILL");
    process.once("exit", this.#killNow);
  }

  get stopping(): boolean {
    return this.#reason !== null;
  }

  because(reason: unknown): void {
    if (this.#reason) return;
    this.#reason = { value: reason };
    this.#stopWaiting = stopGroup(this.#pid);
  }

  throwIfStopped(): void {
    if (this.#reason) throw this.#reason.value;
  }

  [Symbol.dispose](): void {
    this.#stopWaiting();
    process.removeListener("exit", this.#killNow);
  }
}
