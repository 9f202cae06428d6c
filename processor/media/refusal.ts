import type { FailureCode } from "../../shared/domain/job/failure.ts";

/** A source that cannot be used, said in a sentence that an editor understands. Trying again would not help. */
export type Refusal = {
  readonly kind: "refused";
  readonly code: FailureCode;
  readonly reason: string;
  /** What the tools said, for the log alone. */
  readonly detail?: string;
};

export function refuse(code: FailureCode, reason: string, detail?: string): Refusal {
  return { kind: "refused", code, reason, ...(detail === undefined ? {} : { detail }) };
}
