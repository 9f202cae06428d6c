import type { CommandOutcome } from "../../shared/application/decide-and-save.ts";
import { problem } from "./problems.ts";

/** Why a command changed nothing, as an answer. */
export function refusalResponse(outcome: Exclude<CommandOutcome<unknown>, { kind: "done" }>): Response {
  if (outcome.kind !== "refused") return problem(outcome.kind);
  const { refusal } = outcome;
  switch (refusal.kind) {
    case "not-found":
    case "deleted":
      return problem(refusal.kind);
    case "wrong-state":
    case "invalid":
      return problem(refusal.kind, refusal.detail);
    default:
      return refusal satisfies never;
  }
}
