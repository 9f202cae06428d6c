import { describe, expect, it } from "vitest";
import { readRefusal } from "./problem.ts";

describe("readRefusal", () => {
  it("says what the problem document says", () => {
    const body = '{"type":"about:blank","title":"Not allowed","status":403}';
    expect(readRefusal(403, body)).toStrictEqual({ status: 403, title: "Not allowed" });
  });

  it.each(["", "<html>", "null", '"text"', '{"title":7}'])("falls back to the status for the body %j", (body) => {
    expect(readRefusal(502, body)).toStrictEqual({ status: 502, title: "The server answered 502" });
  });

  it("says that there was no answer", () => {
    expect(readRefusal(0, "")).toStrictEqual({ status: 0, title: "No answer from the server" });
  });
});
