import { describe, expect, it } from "vitest";
import { needsNewToken, readRefusal } from "./problem.ts";

describe("readRefusal", () => {
  it("says what the problem document says", () => {
    const body = '{"type":"about:blank","title":"Not allowed","status":403,"code":"not-allowed"}';
    expect(readRefusal(403, body)).toStrictEqual({ status: 403, title: "Not allowed", code: "not-allowed" });
  });

  it.each(["", "<html>", "null", '"text"', '{"title":7}'])("falls back to the status for the body %j", (body) => {
    expect(readRefusal(502, body)).toStrictEqual({ status: 502, title: "The server responded with 502", code: null });
  });

  it("says that there was no answer", () => {
    expect(readRefusal(0, "")).toStrictEqual({ status: 0, title: "No response from the server", code: null });
  });
});

describe("a new token", () => {
  it.each([
    [401, "token-expired", true],
    [401, "token-revoked", true],
    [401, null, true],
    [410, "key-superseded", true],
    [403, "session-elsewhere", true],
    [410, "session-ended", false],
    [403, "session-limit", false],
    [403, "quality-not-allowed", false],
    [503, "unavailable", false],
    [0, null, false],
  ])("is requested after %i %s: %s", (status, code, asked) => {
    expect(needsNewToken({ status, code, title: "" })).toBe(asked);
  });
});
