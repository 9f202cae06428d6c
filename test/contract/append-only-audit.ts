import { beforeEach, describe, expect, it } from "vitest";
import { type AuditEvent, auditEvent } from "../../shared/domain/audit-event.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";

const DAY = 24 * 3600_000;

/** The database itself keeps the log: these statements come from no code of the application. */
export function describeAppendOnlyAudit(name: string, open: OpenPersistence): void {
  describe(`${name}: an audit event`, () => {
    let persistence: TestPersistence;
    let actor: string;
    beforeEach(async () => {
      persistence = await open();
      // Events of other tests stay in the log, so every test has its own actor.
      actor = `test:${crypto.randomUUID()}`;
    });

    async function recorded(ageDays: number, retentionDays: number): Promise<AuditEvent> {
      const blank = { videoPostId: null, fileIndex: null, reason: null, clientAddress: null, country: null };
      const occurrence = { ...blank, actor, action: "thing.do", status: 200, details: { kept: true } };
      const event = auditEvent(occurrence, 1, Date.now() - ageDays * DAY, retentionDays);
      await persistence.auditLog.append([event]);
      return event;
    }

    const events = () =>
      persistence.auditLog.page({ filter: { actor }, order: "oldest-first", after: null, limit: 100 });

    it.each([
      ["its actor", "actor = 'anonymous'"],
      ["its status", "status = 200"],
      ["its details", "details = NULL"],
      ["the end of its retention", "keep_until = 0"],
      ["its id", "id = 'another'"],
    ])("refuses a change of %s, also once its retention is over", async (_what, change) => {
      for (const event of [await recorded(0, 1), await recorded(10, 1)]) {
        await expect(persistence.execute(`UPDATE audit_event SET ${change} WHERE id = '${event.id}'`)).rejects.toThrow(
          /append-only/,
        );
      }
      expect(await events()).toHaveLength(2);
    });

    it("refuses its deletion before its retention is over", async () => {
      const event = await recorded(0, 1);
      const deletion = `DELETE FROM audit_event WHERE id = '${event.id}'`;
      await expect(persistence.execute(deletion)).rejects.toThrow(/to be kept/);
      expect(await events()).toStrictEqual([event]);
    });

    it("may be deleted once its retention is over", async () => {
      const event = await recorded(10, 1);
      await persistence.execute(`DELETE FROM audit_event WHERE id = '${event.id}'`);
      expect(await events()).toEqual([]);
    });

    it("stays when a deletion of the whole log meets one that is to be kept", async () => {
      const [old, kept] = [await recorded(10, 1), await recorded(0, 1)];
      await expect(persistence.execute(`DELETE FROM audit_event WHERE actor = '${actor}'`)).rejects.toThrow();
      expect(await events()).toStrictEqual([old, kept]);
    });

    it("stays as it is when the same id is written again", async () => {
      const event = await recorded(0, 1);
      await persistence.auditLog.append([{ ...event, action: "thing.undo", details: null }]);
      expect(await events()).toStrictEqual([event]);
    });
  });
}
