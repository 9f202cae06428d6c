import { describe, expect, it } from "vitest";
import { applyReport, applyState, type JobOrder } from "./claim-order.ts";

const claim = (jobId: string, claimNo = 1) => ({ jobId, claimNo });
const running: JobOrder = { version: 3, end: null, floor: null };
const failed: JobOrder = { version: 4, end: "FAILED", floor: claim("a") };
const completed: JobOrder = { version: 4, end: "COMPLETED", floor: claim("b") };

describe("a state of the database", () => {
  it("ends a job that is in progress", () => {
    const effect = applyState(running, { version: 4, status: "FAILED", claim: claim("a") });
    expect(effect).toEqual({ kind: "ended", order: failed });
  });

  it("has no effect when it comes again", () => {
    expect(applyState(failed, { version: 4, status: "FAILED", claim: claim("a") })).toEqual({ kind: "repeated" });
    expect(applyState(running, { version: 3, status: "ENCODING", claim: claim("a") })).toEqual({ kind: "repeated" });
  });

  it("has no effect when a later one is known", () => {
    expect(applyState(failed, { version: 3, status: "ENCODING", claim: claim("a") })).toEqual({ kind: "late" });
    expect(applyState(completed, { version: 3, status: "FAILED", claim: claim("a") })).toEqual({ kind: "late" });
  });

  it("does not end a job again whose retry has already reported", () => {
    const retried = applyReport(failed, claim("a", 2))!;
    expect(applyState(retried, { version: 4, status: "FAILED", claim: claim("a") })).toEqual({ kind: "late" });
    expect(applyState(retried, { version: 6, status: "FAILED", claim: claim("a", 2) }).kind).toBe("ended");
  });

  it("resumes a job that was retried, and only that", () => {
    const retried = { version: 5, status: "DOWNLOADING", claim: claim("a") } as const;
    expect(applyState(failed, retried)).toEqual({ kind: "resumed", order: { ...failed, version: 5, end: null } });
    expect(applyState(running, retried).kind).toBe("confirmed");
  });

  it("ends a job again that failed again, and not one whose title was edited", () => {
    expect(applyState(failed, { version: 6, status: "FAILED", claim: claim("a", 2) }).kind).toBe("ended");
    expect(applyState(failed, { version: 6, status: "FAILED", claim: claim("a") }).kind).toBe("confirmed");
    expect(applyState(failed, { version: 6, status: "CANCELLED", claim: claim("a") }).kind).toBe("ended");
  });

  it("does not change a completed job", () => {
    for (const status of ["COMPLETED", "CANCELLED", "FAILED", "ENCODING"] as const) {
      expect(applyState(completed, { version: 9, status, claim: claim("z") }).kind).toBe("confirmed");
    }
  });
});

describe("a report", () => {
  it("counts while the job is in progress", () => {
    expect(applyReport(running, claim("a"))).toBe(running);
  });

  it("is late after the end of its claim", () => {
    expect(applyReport(failed, claim("a"))).toBeNull();
    expect(applyReport({ ...failed, end: null }, claim("a"))).toBeNull();
  });

  it("of a later claim shows that the job was retried", () => {
    expect(applyReport(failed, claim("a", 2))).toEqual({ ...failed, end: null });
    expect(applyReport(failed, claim("b", 1))).toEqual({ ...failed, end: null });
  });

  it("of a rotation says nothing about a completed job", () => {
    expect(applyReport(completed, claim("z"))).toBeNull();
  });
});
