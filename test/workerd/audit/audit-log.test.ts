import { beforeAll, describe, expect, it } from "vitest";
import entry from "../../../edge/index.ts";
import { type AuditEvent, auditEvent, type Occurrence } from "../../../shared/domain/access/audit-event.ts";
import { type Page, readAudit, type Shown } from "../support/audited.ts";
import { database } from "../support/inspection.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker();
const log = worker.context.auditLog;
const POST = "019a0000-0000-7000-8000-000000000001";
const START = Date.UTC(2026, 0, 1);

function event(at: number, more: Partial<Occurrence> = {}, retentionDays = 40_000): AuditEvent {
  const blank = { videoPostId: null, fileIndex: null, reason: null, clientAddress: null, country: null, details: null };
  return auditEvent({ actor: "somebody", action: "thing.do", status: 200, ...blank, ...more }, 1, at, retentionDays);
}

describe("a page of the log", () => {
  const every = 60_000;
  const mine: AuditEvent[] = [];

  beforeAll(async () => {
    for (let n = 0; n < 60; n++) {
      mine.push(
        event(START + n * every, {
          actor: n % 2 === 0 ? "pages:even" : "pages:odd",
          action: n % 3 === 0 ? "pages.third" : "pages.other",
          videoPostId: n % 4 === 0 ? POST : null,
          status: n % 5 === 0 ? 403 : 200,
        }),
      );
    }
    await log.append(mine);
  });

  const at = (n: number) => new Date(START + n * every).toISOString();
  const numbers = ({ events }: Page) => events.map((shown: Shown) => (Date.parse(shown.at) - START) / every);
  const all = Array.from({ length: 60 }, (_, n) => 59 - n);

  it("has the newest first, and its cursor leads to the next one until there is none", async () => {
    const seen: number[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const page: Page = await readAudit(worker, {
        actor: "pages:even",
        limit: "7",
        ...(cursor === null ? {} : { cursor }),
      });
      seen.push(...numbers(page));
      cursor = page.nextCursor;
      pages++;
    } while (cursor !== null);
    expect(seen).toEqual(all.filter((n) => n % 2 === 0));
    expect(pages).toBe(5);
  });

  it("has no cursor if it is full and the last", async () => {
    const page = await readAudit(worker, { actor: "pages:odd", limit: "30" });
    expect([page.events.length, page.nextCursor]).toEqual([30, null]);
  });

  it.each([
    [{ action: "pages.third" }, (n: number) => n % 3 === 0],
    [{ videoPostId: POST }, (n: number) => n % 4 === 0],
    [{ actor: "pages:odd", outcome: "refused" }, (n: number) => n % 2 === 1 && n % 5 === 0],
    [{ actor: "pages:odd", outcome: "done" }, (n: number) => n % 2 === 1 && n % 5 !== 0],
    [
      { actor: "pages:even", action: "pages.third", videoPostId: POST, outcome: "refused" },
      (n: number) => n % 60 === 0,
    ],
    [{ actor: "pages:odd", from: at(10), to: at(20) }, (n: number) => n % 2 === 1 && n >= 10 && n < 20],
    [{ from: at(58), to: at(60) }, (n: number) => n >= 58],
    [{ outcome: "refused", from: at(0), to: at(11) }, (n: number) => n % 5 === 0 && n < 11],
  ])("holds exactly the events that match %j", async (query, belongs) => {
    expect(numbers(await readAudit(worker, { limit: "200", ...query } as never))).toEqual(all.filter(belongs));
  });

  it("takes times with any offset", async () => {
    const page = await readAudit(worker, {
      actor: "pages:odd",
      from: "2026-01-01T02:01:00+02:00",
      to: "2026-01-01T00:02:00Z",
    });
    expect(numbers(page)).toEqual([1]);
  });

  it.each([
    ["limit=0"],
    ["limit=201"],
    ["limit=many"],
    ["limit=-1"],
    ["outcome=maybe"],
    ["from=yesterday"],
    ["from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z"],
    ["cursor="],
    ["cursor=YWJj"],
    ["cursor=%00"],
    ["cursor=MDE5YTAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAx' OR 1=1--"],
    ["actor="],
    [`action=${"x".repeat(101)}`],
    ["acton=post.create"],
    ["viewer="],
    ["viewer=site:ada&actor=viewer:x"],
  ])("is refused for ?%s", async (query) => {
    const response = await worker.admin("GET", `/admin/audit?${query}`);
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([422, "invalid"]);
  });

  it("finds the events of a viewer by name, though the log holds the id", async () => {
    const actor = `viewer:${await worker.context.viewerIds.of("site:ada")}`;
    await log.append([event(START, { actor, status: 403 }), event(START, { actor: "viewer:site:ada" })]);
    expect((await readAudit(worker, { viewer: "site:ada" })).events.map((shown) => shown.actor)).toEqual([actor]);
    expect((await readAudit(worker, { viewer: "site:ada", outcome: "done" })).events).toEqual([]);
    expect((await readAudit(worker, { viewer: "site:bob" })).events).toEqual([]);
    const range = new URLSearchParams({ viewer: "site:ada", from: at(0), to: at(1) });
    const file = await (await worker.admin("GET", `/admin/audit/export?${range}`)).text();
    expect(
      file
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as Shown).actor),
    ).toEqual([actor]);
  });

  it("finds nothing for unknown values, SQL included", async () => {
    for (const actor of ["nobody", "' OR 1=1 --", "%", "pages:%"]) {
      expect((await readAudit(worker, { actor })).events).toEqual([]);
    }
  });
});

describe("retention", () => {
  const days = (count: number) => Date.now() - count * 24 * 3600_000;

  it("is 400 days unless the settings say otherwise, from the day of the event on", () => {
    expect(worker.context.settings.AUDIT_RETENTION_DAYS).toBe(400);
    expect(startWorker({ AUDIT_RETENTION_DAYS: "7" }).context.settings.AUDIT_RETENTION_DAYS).toBe(7);
    for (const wrong of ["0", "-1", "forever"]) {
      expect(() => startWorker({ AUDIT_RETENTION_DAYS: wrong })).toThrow("AUDIT_RETENTION_DAYS");
    }
  });

  it("lets the Cron Trigger delete what has expired, however much, and nothing else", async () => {
    const expired = Array.from({ length: 1200 }, (_, n) => event(days(8) + n, { actor: "retention" }, 7));
    const kept = [event(days(6), { actor: "retention" }, 7), event(Date.now(), { actor: "retention" }, 7)];
    await log.append([...expired, ...kept]);
    await entry.scheduled({} as never, testEnv as never);
    const { events } = await readAudit(worker, { actor: "retention", limit: "200" });
    expect(events.map(({ id }) => id).toSorted()).toEqual(kept.map(({ id }) => id).toSorted());
  });

  it("deletes the oldest first and no more than it is asked to", async () => {
    const expired = [3, 1, 2].map((n) => event(days(20) + n * 1000, { actor: "bounded" }, 7));
    await log.append(expired);
    expect(await log.deleteExpired(Date.now(), 2)).toBe(2);
    const { events } = await readAudit(worker, { actor: "bounded" });
    expect(events.map(({ id }) => id)).toEqual([expired[0]!.id]);
  });

  it("uses the database's clock too: a Worker whose clock is ahead deletes nothing early", async () => {
    const kept = event(Date.now(), { actor: "ahead" }, 7);
    await log.append([kept]);
    expect(await log.deleteExpired(Date.now() + 30 * 24 * 3600_000, 1000)).toBe(1);
    expect(await database.count("audit_event", { id: kept.id })).toBe(1);
  });
});
