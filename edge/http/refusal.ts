import type { ProblemCode } from "./problems.ts";

/** Why a request is not answered as it was meant. `edge/http-errors.ts` alone gives it a status. */
export type Refusal<Code extends ProblemCode = ProblemCode> = {
  readonly kind: "refused";
  readonly code: Code;
  /** A sentence for people. Never holds anything of a credential. */
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
