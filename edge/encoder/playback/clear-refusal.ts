import type { ClearPlayback } from "../../../shared/domain/post/clear-playback.ts";
import { type Refusal, refused } from "../../http/refusal.ts";

/** Why a part that does not play encrypted does not play in the clear either. */
export function clearRefusal(
  kind: Exclude<ClearPlayback["kind"], "clear">,
): Refusal<"not-found" | "deleted" | "not-ready" | "wrong-state"> {
  switch (kind) {
    case "not-found":
    case "deleted":
      return refused(kind);
    case "encrypted":
    case "waiting":
      return refused("not-ready");
    case "failed":
      return refused("wrong-state", "The job failed. Retry it, or create a new one.");
    case "cancelled":
      return refused("wrong-state", "The job was cancelled. Retry it, or create a new one.");
    default:
      return kind satisfies never;
  }
}
