import { beforeAll, describe, expect, it } from "vitest";
import { ndjsonRow } from "../../../edge/audit/audit-rows.ts";
import { EVENTS_PER_PAGE, exportStream } from "../../../edge/audit/export-stream.ts";
import type { AuditQuery } from "../../../shared/application/ports/audit-log.ts";
import { type AuditEvent, auditEvent } from "../../../shared/domain/access/audit-event.ts";
import { readAudit } from "../support/audited.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker();
const START = Date.UTC(2026, 2, 1);
const COUNT = EVENTS_PER_PAGE * 2 + 7;
const RANGE = "from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z";

const events: AuditEvent[] = Array.from({ length: COUNT }, (_, n) =>
  auditEvent(
    {
      actor: n === 3 ? '=cmd|" /C calc"!A0' : "exporter",
      action: n % 2 === 0 ? "export.even" : "export.odd",
      videoPostId: null,
      fileIndex: null,
      status: 200,
      reason: null,
      clientAddress: null,
      country: null,
      details: n === 4 ? { text: "two\nlines, and “more”" } : null,
    },
    1,
    START + n,
    40_000,
  ),
);

beforeAll(async () => {
  for (let start = 0; start < COUNT; start += 100)
    await worker.context.auditLog.append(events.slice(start, start + 100));
});

async function exported(query: string): Promise<Response> {
  const response = await worker.admin("GET", `/admin/audit/export?${query}`);
  expect(response.status).toBe(200);
  return response;
}

describe("an export", () => {
  it("has every event of the range, the oldest first, over several pages", async () => {
    const response = await exported(RANGE);
    expect(response.headers.get("content-type")).toBe("application/x-ndjson");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("content-disposition")).toBe(
      'attachment; filename="audit-2026-03-01-2026-03-02.ndjson"',
    );
    const lines = (await response.text()).trimEnd().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as AuditEvent).id)).toEqual(events.map(({ id }) => id));
    expect(JSON.parse(lines[4]!)).toMatchObject({ at: "2026-03-01T00:00:00.004Z", details: events[4]!.details });
  });

  it("as CSV has a header, a line for each event, and no formula", async () => {
    const response = await exported(`${RANGE}&format=csv`);
    expect(response.headers.get("content-type")).toMatch(/^text\/csv/);
    const text = await response.text();
    const lines = text.trimEnd().split("\r\n");
    expect(lines[0]).toMatch(/^id,at,actor,action,/);
    expect(lines).toHaveLength(COUNT + 1);
    expect(lines[4]).toContain(`,"'=cmd|"" /C calc""!A0",export.odd,`);
    expect(text).not.toMatch(/(^|,|")=cmd/);
  });

  it("takes the filters of the log, and an empty range is an empty file", async () => {
    const odd = await (await exported(`${RANGE}&action=export.odd`)).text();
    expect(odd.trimEnd().split("\n")).toHaveLength(Math.floor(COUNT / 2));
    expect(await (await exported("from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z")).text()).toBe("");
    const csv = await (await exported("from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z&format=csv")).text();
    expect(csv.split("\r\n")).toHaveLength(2);
  });

  it("is itself in the log", async () => {
    await exported(`${RANGE}&actor=nobody`);
    const [event] = (await readAudit(worker, { action: "audit.export", limit: "1" })).events;
    expect(event).toMatchObject({ actor: "api-key:admin", status: 200, details: { from: "2026-03-01T00:00:00.000Z" } });
  });

  it.each([
    [""],
    ["from=2026-03-01T00:00:00Z"],
    ["from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z"],
    [`${RANGE}&format=xlsx`],
    [`${RANGE}&limit=5`],
    [`${RANGE}&cursor=x`],
    [`${RANGE}&outcome=`],
  ])("is refused for ?%s", async (query) => {
    expect((await worker.admin("GET", `/admin/audit/export?${query}`)).status).toBe(422);
  });

  it("has no body for HEAD, and reads nothing", async () => {
    const response = await worker.admin("HEAD", `/admin/audit/export?${RANGE}`);
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });
});

describe("the stream of an export", () => {
  const form = { header: "", row: ndjsonRow };
  const range = { from: START, to: START + 24 * 3600_000 };

  it("reads a page when the one before is taken, never all", async () => {
    const asked: AuditQuery[] = [];
    const page = (query: AuditQuery) => {
      asked.push(query);
      return worker.context.auditLog.page(query);
    };
    const reader = exportStream({ page }, range, form).getReader();
    await reader.read();
    // One page was taken and one lies ready.
    expect(asked.length).toBeLessThanOrEqual(2);
    await reader.cancel();
    expect(asked.every(({ limit }) => limit === EVENTS_PER_PAGE)).toBe(true);
  });

  it("aborts if it cannot continue, so that no part is taken for the whole", async () => {
    await expect(new Response(exportStream(worker.context.auditLog, range, form, 2)).text()).rejects.toThrow(
      "more events",
    );
    const failing = { page: () => Promise.reject(new Error("D1 is away")) };
    await expect(new Response(exportStream(failing, range, form)).text()).rejects.toThrow("D1 is away");
  });
});
