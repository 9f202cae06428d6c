import { RetryableError } from "../retryable-error.ts";

const SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/^(ENOTFOUND|EAI_AGAIN|EAI_NODATA)$/, "The name of the source's server could not be found."],
  [/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/, "The source's server could not be reached."],
  [/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/, "The certificate of the source's server is not valid."],
];

/** Why a download was given up for now: the last of several faults. */
export function describeFault(cause: unknown): RetryableError {
  if (cause instanceof RetryableError) return new RetryableError(cause.code, cause.message, { cause });
  const code = codeOf(cause);
  const known = SENTENCES.find(([pattern]) => pattern.test(code));
  const sentence = known?.[1] ?? "The connection to the source's server broke again and again.";
  return new RetryableError("source-unreachable", sentence, { cause });
}

/** Several addresses of a name fail as one AggregateError. */
function codeOf(cause: unknown): string {
  const { code, errors } = cause as { code?: unknown; errors?: readonly unknown[] };
  if (typeof code === "string") return code;
  return errors?.length ? codeOf(errors[0]) : "";
}
