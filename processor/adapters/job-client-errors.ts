import { RetryableError } from "../retryable-error.ts";

/** This processor no longer holds the job: stop, and change nothing. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
}

/** The Worker could not be reached, or answered with what no retry has helped against. */
export class JobServiceError extends RetryableError {
  override readonly name = "JobServiceError";
  /** The status or code of a final refusal; null when the Worker could not be reached or a retry may help. */
  readonly refusedWith: number | string | null;
  /** Nothing answered, so nothing was done. */
  readonly isUnreachable: boolean;

  constructor(
    message: string,
    options: ErrorOptions & { readonly refusedWith?: number | string; readonly isUnreachable?: true } = {},
  ) {
    super("service-unavailable", message, options);
    this.refusedWith = options.refusedWith ?? null;
    this.isUnreachable = options.isUnreachable ?? false;
  }
}
