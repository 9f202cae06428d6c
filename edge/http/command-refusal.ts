import type { CommandOutcome } from "../../shared/application/decide-and-save.ts";
import type { Refusal as DomainRefusal } from "../../shared/domain/post/video-post.ts";
import { type Refusal, refused } from "./refusal.ts";

/** Why a command changed nothing. */
export function commandRefusal(
  outcome: Exclude<CommandOutcome<unknown>, { kind: "done" }>,
): Refusal<"not-found" | "deleted" | "wrong-state" | "invalid" | "conflict"> {
  if (outcome.kind === "conflict") return refused("conflict");
  // Only saves that are fenced by a lease end so, and administrators have none.
  if (outcome.kind === "lease-lost") throw new Error("a save without a lease has lost its lease");
  return domainRefusal(outcome.refusal);
}

export function domainRefusal(refusal: DomainRefusal): Refusal<"not-found" | "deleted" | "wrong-state" | "invalid"> {
  return refused(refusal.kind, "detail" in refusal ? refusal.detail : undefined);
}
