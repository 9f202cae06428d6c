import { beforeEach, describe, expect, it } from "vitest";
import { type AuditEvent, auditEvent } from "../../shared/domain/access/audit-event.ts";
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

    it("loses its viewer and nothing else, for the viewer of the id and of the name alone", async () => {
      const viewer = { viewerId: crypto.randomUUID(), name: `ann-${crypto.randomUUID()}` };
      const client = { clientAddress: "203.0.113.7", country: "PL" };
      const blank = { videoPostId: null, fileIndex: 2, reason: "token-revoked", ...client };
      const of = (more: Partial<AuditEvent>) =>
        auditEvent({ ...blank, action: "gate.refuse", status: 401, actor, details: null, ...more }, 3, Date.now(), 1);
      const refusal = of({ actor: `viewer:${viewer.viewerId}`, details: { keyVersion: 1, tokenId: "t1" } });
      const bare = of({ actor: `viewer:${viewer.viewerId}` });
      const issue = of({ details: { viewer: viewer.name, tokenId: "t1", maxUses: 3 } });
      const others = [of({ actor: `viewer:${actor}` }), of({ details: { viewer: "bob", tokenId: "t2" } })];
      await persistence.auditLog.append([refusal, bare, issue, ...others]);
      const forget = () => persistence.auditLog.forgetViewer(viewer, 1);
      expect([await forget(), await forget(), await forget()]).toEqual([
        { forgotten: 2, finished: false },
        { forgotten: 1, finished: false },
        { forgotten: 0, finished: true },
      ]);
      const all = { filter: {}, order: "oldest-first", after: null, limit: 10_000 } as const;
      const stored = new Map((await persistence.auditLog.page(all)).map((event) => [event.id, event]));
      const unnamed = { actor: "viewer:forgotten", clientAddress: null, country: null };
      expect(stored.get(refusal.id)).toStrictEqual({ ...refusal, ...unnamed, details: { keyVersion: 1 } });
      expect(stored.get(bare.id)).toStrictEqual({ ...bare, ...unnamed });
      expect(stored.get(issue.id)).toStrictEqual({ ...issue, details: { maxUses: 3 } });
      for (const other of others) expect(stored.get(other.id)).toStrictEqual(other);
    });

    it.each([
      ["another actor", "actor = 'viewer:bob', client_address = NULL, country = NULL"],
      ["its address alone", "client_address = NULL, country = NULL"],
      ["further details", "actor = 'viewer:forgotten', client_address = NULL, country = NULL, details = NULL"],
      ["another fact", "actor = 'viewer:forgotten', client_address = NULL, country = NULL, status = 200"],
      ["its count", "actor = 'viewer:forgotten', client_address = NULL, country = NULL, count = 1"],
    ])("refuses to lose its viewer together with %s", async (_what, change) => {
      const occurrence = { ...{ action: "gate.refuse", status: 401, reason: null, details: { keyVersion: 1 } } };
      const where = { videoPostId: null, fileIndex: null, clientAddress: "203.0.113.7", country: "PL" };
      const event = auditEvent({ ...occurrence, ...where, actor: `viewer:${actor}` }, 3, Date.now(), 1);
      await persistence.auditLog.append([event]);
      const update = `UPDATE audit_event SET ${change} WHERE id = '${event.id}'`;
      await expect(persistence.execute(update)).rejects.toThrow(/append-only/);
    });

    it("of a caller that is no viewer keeps its actor", async () => {
      const event = await recorded(0, 1);
      const change = "actor = 'viewer:forgotten', client_address = NULL, country = NULL";
      const update = `UPDATE audit_event SET ${change} WHERE id = '${event.id}'`;
      await expect(persistence.execute(update)).rejects.toThrow(/append-only/);
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

    it("refuses to be removed with the whole log, also once its retention is over", async () => {
      const event = await recorded(10, 1);
      await recorded(0, 1);
      const empty = { sqlite: "DELETE FROM audit_event", postgres: "TRUNCATE audit_event" }[persistence.dialect];
      await expect(persistence.execute(empty)).rejects.toThrow(/append-only|to be kept/);
      expect(await events()).toContainEqual(event);
    });

    it("stays as it is when the same id is written again", async () => {
      const event = await recorded(0, 1);
      await persistence.auditLog.append([{ ...event, action: "thing.undo", details: null }]);
      expect(await events()).toStrictEqual([event]);
    });
  });
}
