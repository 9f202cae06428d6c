import type { ProblemCode } from "./problems.ts";

/** The reason for a refusal. `edge/http/problems.ts` alone maps it to a status. */
export type Refusal<Code extends ProblemCode = ProblemCode> = {
  readonly kind: "refused";
  readonly code: Code;
  /** A sentence for people that contains nothing of a credential. */
  readonly detail?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
};

export function refused<Code extends ProblemCode>(
  code: Code,
  detail?: string,
  headers?: Readonly<Record<string, string>>,
): Refusal<Code> {
  return { kind: "refused", code, detail, headers };
}
