/** A passing fault with a sentence for people; the cause, if any, is for the log alone. */
export class RetryableError extends Error {
  override readonly name: string = "RetryableError";
}

/**
 * The result did not pass its verification. The Worker ends a job that fails twice with the same sentence, so a sentence
 * holds nothing that differs from attempt to attempt.
 */
export class VerificationFault extends RetryableError {
  override readonly name = "VerificationFault";
}
