import type { EncoderStatus } from "../../../shared/domain/encoder/encoder-job.ts";

/** A claim of one of the two jobs of a part. Ids of jobs are in the order of their creation. */
export type ReportingClaim = { readonly jobId: string; readonly claimNo: number };

/** Where a job is, as one object of events knows it. */
export type JobOrder = {
  /** Of the post, at the state that was applied last. */
  readonly version: number;
  /** Null while the job is in progress. */
  readonly end: EndStatus | null;
  /** Claims up to this one have ended: what they still report is late. */
  readonly floor: ReportingClaim | null;
};

export type EndStatus = Extract<EncoderStatus, "COMPLETED" | "FAILED" | "CANCELLED">;

export type AppliedState = {
  readonly version: number;
  readonly status: EncoderStatus;
  /** The newest claim that the state knows. */
  readonly claim: ReportingClaim;
};

/** `repeated`: the listeners know it. `late`: they know something newer. */
export type StateEffect =
  | { readonly kind: "repeated" | "late" }
  | { readonly kind: "ended" | "resumed" | "confirmed"; readonly order: JobOrder };

/** What a state of the database means to an object that was at `order`; null for one that knows nothing yet. */
export function applyState(order: JobOrder | null, state: AppliedState): StateEffect {
  const { version, status, claim } = state;
  const end = endOf(status);
  if (order === null)
    return { kind: end === null ? "confirmed" : "ended", order: { version, end, floor: end && claim } };
  if (version < order.version) return { kind: "late" };
  // What plays continues, whatever becomes of later jobs of the part.
  if (order.end === "COMPLETED") {
    return version === order.version ? { kind: "repeated" } : { kind: "confirmed", order: { ...order, version } };
  }
  if (end !== null) {
    if (version === order.version && end === order.end) return { kind: "repeated" };
    // A report of a later claim came first: the job was retried after this state was read.
    if (version === order.version && !isAfter(claim, order.floor)) return { kind: "late" };
    const moved = { version, end, floor: laterOf(order.floor, claim) };
    // A save that changes nothing of the end, such as an edit of the title or a rotation.
    return { kind: end === order.end && !isAfter(claim, order.floor) ? "confirmed" : "ended", order: moved };
  }
  if (version === order.version) return { kind: "repeated" };
  return { kind: order.end === null ? "confirmed" : "resumed", order: { ...order, version, end: null } };
}

/** The order after a report of this claim; null where the report is late. */
export function applyReport(order: JobOrder, claim: ReportingClaim): JobOrder | null {
  if (order.end === "COMPLETED" || !isAfter(claim, order.floor)) return null;
  return order.end === null ? order : { ...order, end: null };
}

export function endOf(status: EncoderStatus): EndStatus | null {
  return status === "COMPLETED" || status === "FAILED" || status === "CANCELLED" ? status : null;
}

export function isAfter(claim: ReportingClaim, other: ReportingClaim | null): boolean {
  if (other === null) return true;
  return claim.jobId === other.jobId ? claim.claimNo > other.claimNo : claim.jobId > other.jobId;
}

function laterOf(one: ReportingClaim | null, other: ReportingClaim): ReportingClaim {
  return one !== null && isAfter(one, other) ? one : other;
}
