import { describe, expect, it } from "vitest";
import { runIsolated } from "./isolated-steps.ts";

describe("steps of one invocation", () => {
  it("run in their order, one after the other", async () => {
    const seen: string[] = [];
    const step = (name: string) => async () => {
      seen.push(`${name} begins`);
      await Promise.resolve();
      seen.push(`${name} ends`);
    };
    await runIsolated({ a: step("a"), b: step("b") });
    expect(seen).toEqual(["a begins", "a ends", "b begins", "b ends"]);
  });

  it("run to the last one although earlier ones fail, and name each that failed", async () => {
    const seen: string[] = [];
    const failing = (message: string) => async () => {
      throw new Error(message);
    };
    const run = runIsolated({ a: failing("x"), b: async () => seen.push("b"), c: failing("y") });
    const error = await run.catch((thrown: unknown) => thrown);
    expect(seen).toEqual(["b"]);
    expect(error).toBeInstanceOf(AggregateError);
    const { message, errors } = error as AggregateError;
    expect(message).toBe("a failed, c failed");
    expect(errors.map(({ cause }) => cause)).toEqual([new Error("x"), new Error("y")]);
  });
});
