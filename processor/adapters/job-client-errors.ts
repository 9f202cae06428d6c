import { PassingFault } from "../passing-fault.ts";

/** The job is no longer ours: stop, and change nothing. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
}

/** The Worker could not be reached, or answered with what no retry has helped against. */
export class JobServiceError extends PassingFault {
  override readonly name = "JobServiceError";
  /** What the Worker refused with, for good; null when it could not be reached or may answer better later. */
  readonly refusedWith: number | null;

  constructor(message: string, options: ErrorOptions & { readonly refusedWith?: number } = {}) {
    super(message, options);
    this.refusedWith = options.refusedWith ?? null;
  }
}
