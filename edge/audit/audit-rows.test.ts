import { describe, expect, it } from "vitest";
import type { AuditEvent } from "../../shared/domain/access/audit-event.ts";
import { CSV_HEADER, csvRow, ndjsonRow } from "./audit-rows.ts";

const EVENT: AuditEvent = {
  id: "019b7602-8400-7000-8000-000000000000",
  at: Date.UTC(2026, 0, 1),
  actor: "api-key:0123",
  action: "post.create",
  videoPostId: "019b7602-8400-7000-8000-000000000001",
  fileIndex: null,
  status: 201,
  reason: null,
  count: 1,
  clientAddress: "2001:db8::1",
  country: "NL",
  details: { title: 'A "film", in\ntwo lines' },
  keepUntil: Date.UTC(2027, 0, 1),
};

describe("a row of the export", () => {
  it("as CSV is a line of RFC 4180, with quotes doubled", () => {
    expect(CSV_HEADER + csvRow(EVENT)).toBe(
      [
        "id,at,actor,action,videoPostId,fileIndex,outcome,status,reason,count,clientAddress,country,details,keepUntil",
        `${EVENT.id},2026-01-01T00:00:00.000Z,api-key:0123,post.create,${EVENT.videoPostId},,done,201,,1,2001:db8::1,NL,` +
          String.raw`"{""title"":""A \""film\"", in\ntwo lines""}",2027-01-01T00:00:00.000Z`,
        "",
      ].join("\r\n"),
    );
  });

  it.each([
    ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", "'\t=1"],
    ["\r=1", `"'\r=1"`],
    ["\n=1", `"'\n=1"`],
    ["  =1", "'  =1"],
    ["\u00a0=1", "'\u00a0=1"],
    ["\uff1d1", "'\uff1d1"],
    ["|calc", "'|calc"],
    ["a,=1", `"a,=1"`],
    ["a=1", "a=1"],
  ])("as CSV takes %j for text and never for a formula", (actor, cell) => {
    expect(csvRow({ ...EVENT, actor }).slice(`${EVENT.id},2026-01-01T00:00:00.000Z,`.length)).toMatch(
      new RegExp(`^${cell.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")},post\\.create,`),
    );
  });

  it("as NDJSON is one line, whatever it holds", () => {
    const row = ndjsonRow(EVENT);
    expect(row.indexOf("\n")).toBe(row.length - 1);
    expect(JSON.parse(row)).toEqual({
      ...EVENT,
      at: "2026-01-01T00:00:00.000Z",
      keepUntil: "2027-01-01T00:00:00.000Z",
      outcome: "done",
    });
  });
});
