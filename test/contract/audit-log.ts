import { beforeEach, describe, expect, it } from "vitest";
import type { AuditFilter } from "../../shared/application/ports/audit-log.ts";
import { type AuditEvent, auditEvent, type Occurrence } from "../../shared/domain/access/audit-event.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";

const START = Date.UTC(2026, 0, 1);
const DAY = 24 * 3600_000;
const POST = "019a0000-0000-7000-8000-0000000000aa";

/** Every test has its own actor, because events of other tests stay. */
let actor: string;

function event(at: number, more: Partial<Occurrence> = {}, retentionDays = 40_000): AuditEvent {
  const blank = { videoPostId: null, fileIndex: null, reason: null, clientAddress: null, country: null, details: null };
  return auditEvent({ actor, action: "thing.do", status: 200, ...blank, ...more }, 1, at, retentionDays);
}

export function describeAuditLog(name: string, open: OpenPersistence): void {
  describe(`${name}: the audit log`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
      actor = `test:${crypto.randomUUID()}`;
    });

    const found = (filter: AuditFilter = {}, more: { order?: "oldest-first"; after?: string; limit?: number } = {}) =>
      persistence.auditLog.page({
        filter: { actor, ...filter },
        order: more.order ?? "newest-first",
        after: more.after ?? null,
        limit: more.limit ?? 100,
      });

    it("returns events as they were written, with all fields and with none", async () => {
      const full = event(START + 1, {
        videoPostId: POST,
        fileIndex: 0,
        status: 403,
        reason: "not-allowed",
        clientAddress: "2001:db8::1",
        country: "NL",
        details: { text: "“quoted”, '; --", list: [1, 1.5, null, true], nested: { deep: {} } },
      });
      const blank = event(START);
      await persistence.auditLog.append([full, blank]);
      expect(await found()).toStrictEqual([full, blank]);
    });

    it("accepts no events, and two thousand at once", async () => {
      await persistence.auditLog.append([]);
      const many = Array.from({ length: 2000 }, (_, n) => event(START + n));
      await persistence.auditLog.append(many);
      expect(await found({}, { limit: 3000, order: "oldest-first" })).toStrictEqual(many);
    });

    it("stores a repeated event once, as it came first, also when both come at once", async () => {
      const first = event(START);
      await persistence.auditLog.append([first]);
      await persistence.auditLog.append([{ ...first, action: "thing.undo" }, event(START + 1), first]);
      const late = event(START + 2);
      await Promise.all(Array.from({ length: 20 }, () => persistence.auditLog.append([late])));
      expect((await found()).map(({ at, action }) => [at - START, action])).toEqual([
        [2, "thing.do"],
        [1, "thing.do"],
        [0, "thing.do"],
      ]);
    });

    it("pages in both directions, and an event that is written meanwhile moves nothing", async () => {
      const events = Array.from({ length: 10 }, (_, n) => event(START + n));
      await persistence.auditLog.append(events);
      const [, , third] = await found({}, { limit: 3 });
      await persistence.auditLog.append([event(START + 100)]);
      const next = await found({}, { after: third!.id, limit: 3 });
      expect(next.map(({ at }) => at - START)).toEqual([6, 5, 4]);
      const up = await found({}, { after: events[4]!.id, limit: 3, order: "oldest-first" });
      expect(up.map(({ at }) => at - START)).toEqual([5, 6, 7]);
    });

    it("filters by everything at once; a range includes its beginning and not its end", async () => {
      const events = Array.from({ length: 40 }, (_, n) =>
        event(START + n, {
          action: n % 2 === 0 ? "even" : "odd",
          videoPostId: n % 4 === 0 ? POST : null,
          status: n % 8 === 0 ? 404 : 200,
        }),
      );
      await persistence.auditLog.append(events);
      const times = async (filter: AuditFilter) => (await found(filter)).map(({ at }) => at - START);
      expect(await times({ from: START + 3, to: START + 6 })).toEqual([5, 4, 3]);
      expect(await times({ action: "even", videoPostId: POST, outcome: "refused" })).toEqual([32, 24, 16, 8, 0]);
      expect(await times({ videoPostId: POST, outcome: "done", to: START + 20 })).toEqual([12, 4]);
      expect(await times({ actor: `${actor}x` })).toEqual([]);
    });

    it("deletes what need not be kept, the oldest first, and nothing else", async () => {
      const at = Date.now() - 10 * DAY;
      const expired = [event(at + 2, {}, 1), event(at + 1, {}, 1), event(at, {}, 1)];
      const kept = event(at, {}, 11);
      await persistence.auditLog.append([...expired, kept]);
      expect(await persistence.auditLog.deleteExpired(at + 1 + DAY, 1)).toBe(1);
      expect(await persistence.auditLog.deleteExpired(at + 1 + DAY, 100)).toBe(1);
      expect((await found()).map(({ id }) => id)).toEqual([expired[0]!.id, kept.id]);
      expect(await persistence.auditLog.deleteExpired(Date.now(), 100)).toBe(1);
      expect(await found()).toStrictEqual([kept]);
    });
  });
}
