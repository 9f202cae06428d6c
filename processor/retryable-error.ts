import type { FailureCode } from "../shared/domain/job/failure.ts";

/** A passing fault with a code and a sentence for people; the cause, if any, is for the log alone. */
export class RetryableError extends Error {
  override readonly name: string = "RetryableError";
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * The result did not pass its verification. The Worker ends a job that fails twice with the same sentence, so a sentence
 * holds nothing that differs from attempt to attempt.
 */
export class VerificationFault extends RetryableError {
  override readonly name = "VerificationFault";

  constructor(message: string, options?: ErrorOptions) {
    super("media-check-failed", message, options);
  }
}
