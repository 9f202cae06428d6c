import { PassingFault } from "../passing-fault.ts";

/** The job is no longer ours: stop, and change nothing. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
}

/** The Worker could not be reached, or answered with what no retry has helped against. */
export class JobServiceError extends PassingFault {
  override readonly name = "JobServiceError";
}
