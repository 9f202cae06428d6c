import { describe, expect, it } from "vitest";
import { abortableSleep } from "../../abortable-sleep.ts";
import { createEarlySleep } from "./early-sleep.ts";

const FAR_MS = 60_000;
const endless = () => new AbortController().signal;

describe("a sleep that may end early", () => {
  it("ends for all sleepers when they are woken, and not for later ones", async () => {
    const { sleep, wakeAll } = createEarlySleep(abortableSleep);
    const sleepers = [sleep(FAR_MS, endless()), sleep(FAR_MS, endless())];
    wakeAll();
    expect(await Promise.all(sleepers)).toEqual(["early", "early"]);
    expect(await sleep(1, endless())).toBe("over");
  });

  it("rejects when it is aborted", async () => {
    const { sleep } = createEarlySleep(abortableSleep);
    const stop = new AbortController();
    const sleeping = sleep(FAR_MS, stop.signal);
    stop.abort();
    await expect(sleeping).rejects.toMatchObject({ name: "AbortError" });
  });
});
