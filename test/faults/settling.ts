import { bodyOf } from "../../client/index.ts";
import type { Stack } from "../e2e/stack.ts";

/** A machine on which no post ends for so long has none that is still going to. */
const STUCK_MS = 300_000;

export type Settling = {
  /** How many posts are enough. */
  readonly wanted: number;
  readonly enough?: () => boolean;
  /** Milliseconds since the epoch; "stuck" when no further post has ended for five minutes. */
  readonly deadline: number | "stuck";
  readonly observe: (ended: number, all: number) => void;
};

/** Nothing of the post is left to be done. */
export const hasEnded = (status: string) => /PUBLISHED|TRANSCODE_FAILED|CANCELLED/.test(status);

/** Waits until so many posts have ended, or until the deadline. */
export async function untilSettled(stack: Stack, settling: Settling): Promise<void> {
  const { wanted, enough = () => true, deadline, observe } = settling;
  let most = -1;
  let since = Date.now();
  for (;;) {
    const { items: videoPosts } = bodyOf(await stack.client.listVideoPosts({ query: { limit: "100" } }));
    const ended = videoPosts.filter(({ status }) => hasEnded(status)).length;
    observe(ended, videoPosts.length);
    if (ended > most) since = Date.now();
    most = Math.max(most, ended);
    if (ended >= wanted && enough()) return;
    if (Date.now() > (deadline === "stuck" ? since + STUCK_MS : deadline)) return;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
