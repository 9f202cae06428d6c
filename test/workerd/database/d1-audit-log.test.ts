import { describe, expect, it } from "vitest";
import type { AuditFilter } from "../../../shared/application/ports/audit-log.ts";
import { type AuditEvent, auditEvent, type Occurrence } from "../../../shared/domain/access/audit-event.ts";
import { STANDARD_JOB_RULES } from "../../../shared/domain/job/transcode-job.ts";
import { d1Persistence } from "../../../shared/persistence/d1/persistence.ts";
import { testEnv } from "../support/test-env.ts";

/* The audit log in D1: its triggers against every way to write that SQLite has, and the plans of its statements. */

const log = d1Persistence(testEnv.DB, STANDARD_JOB_RULES).auditLog;
const POST = "019a0000-0000-7000-8000-000000000001";
const START = Date.UTC(2026, 0, 1);

function event(at: number, more: Partial<Occurrence> = {}, retentionDays = 40_000): AuditEvent {
  const blank = { videoPostId: null, fileIndex: null, reason: null, clientAddress: null, country: null, details: null };
  return auditEvent({ actor: "somebody", action: "thing.do", status: 200, ...blank, ...more }, 1, at, retentionDays);
}

async function execute(text: string, ...values: unknown[]): Promise<number> {
  return (
    await testEnv.DB.prepare(text)
      .bind(...values)
      .run()
  ).meta.changes;
}

const rowsOf = async (id: string) =>
  (await testEnv.DB.prepare("SELECT actor FROM audit_event WHERE id = ?").bind(id).all()).results;

describe("the database", () => {
  it("refuses every change of an event", async () => {
    const kept = event(START, { actor: "append-only" });
    const expired = event(START, { actor: "append-only" }, 1);
    await log.append([kept, expired]);
    for (const { id } of [kept, expired]) {
      for (const change of ["actor = 'x'", "count = count + 1", "keep_until = 0", "id = id"]) {
        await expect(execute(`UPDATE audit_event SET ${change} WHERE id = ?`, id)).rejects.toThrow("append-only");
      }
    }
    await expect(execute("UPDATE OR REPLACE audit_event SET at = 0")).rejects.toThrow("append-only");
  });

  it("refuses to delete an event that is still to be kept, and with it the whole statement", async () => {
    const kept = event(START, { actor: "kept" });
    const expired = event(START, { actor: "kept" }, 1);
    await log.append([kept, expired]);
    await expect(execute("DELETE FROM audit_event WHERE id = ?", kept.id)).rejects.toThrow("still to be kept");
    await expect(execute("DELETE FROM audit_event WHERE actor = 'kept'")).rejects.toThrow("still to be kept");
    expect(await rowsOf(expired.id)).toHaveLength(1);
    expect(await execute("DELETE FROM audit_event WHERE id = ?", expired.id)).toBe(1);
  });

  it("keeps the first event of an id, however another one is inserted", async () => {
    const first = event(START, { actor: "first" });
    await log.append([first]);
    await log.append([{ ...first, actor: "second" }]);
    const columns = "id, at, actor, action, status, count, keep_until";
    const again = `INTO audit_event (${columns}) SELECT id, at, 'third', action, status, count, 0 FROM audit_event WHERE id = ?`;
    for (const insert of ["INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE"])
      await execute(`${insert} ${again}`, first.id);
    await execute(`INSERT ${again} ON CONFLICT (id) DO UPDATE SET actor = 'fourth'`, first.id);
    expect(await rowsOf(first.id)).toEqual([{ actor: "first" }]);
  });
});

describe("every query of the log", () => {
  /** The plan of the statement that a page is read with. */
  async function planOf(filter: AuditFilter, order: "newest-first" | "oldest-first", after: string | null) {
    let plan: Promise<D1Result<{ detail: string }>> | undefined;
    const explaining = new Proxy(testEnv.DB, {
      get(target, property) {
        if (property !== "prepare") return Reflect.get(target, property);
        return (text: string) => {
          const statement = target.prepare(text);
          const bind = (...values: unknown[]) => {
            plan = target
              .prepare(`EXPLAIN QUERY PLAN ${text}`)
              .bind(...values)
              .all<{ detail: string }>();
            return statement.bind(...values);
          };
          return new Proxy(statement, { get: (found, name) => (name === "bind" ? bind : Reflect.get(found, name)) });
        };
      },
    });
    await d1Persistence(explaining, STANDARD_JOB_RULES).auditLog.page({ filter, order, after, limit: 10 });
    return (await plan!).results.map(({ detail }) => detail);
  }

  const VALUES = {
    actor: "a",
    action: "b",
    videoPostId: POST,
    outcome: "refused",
    from: START,
    to: START + 1,
  } as const;
  const names = Object.keys(VALUES) as (keyof typeof VALUES)[];
  /** Every subset of the filters. */
  const filters: AuditFilter[] = Array.from({ length: 2 ** names.length }, (_, bits) =>
    Object.fromEntries(names.filter((_, bit) => bits & (1 << bit)).map((name) => [name, VALUES[name]])),
  );

  it("is answered from an index, in its order, for every combination of filters and both directions", async () => {
    const odd: string[] = [];
    for (const filter of [...filters, { outcome: "done" } as const]) {
      for (const order of ["newest-first", "oldest-first"] as const) {
        for (const after of [null, event(START).id]) {
          const plan = await planOf(filter, order, after);
          const found = plan.length === 1 && plan[0]!.includes(` USING INDEX ${indexOf(filter)}`);
          if (!found) odd.push(`${JSON.stringify(filter)} ${order} ${after}: ${plan.join("; ")}`);
        }
      }
    }
    expect(odd).toEqual([]);
  });

  /** That of the filter which leaves least. Anything but this one step, such as sorting, would be another step. */
  function indexOf({ videoPostId, actor, action, outcome }: AuditFilter): string {
    if (videoPostId !== undefined) return "audit_event_post (video_post_id=?";
    if (actor !== undefined) return "audit_event_actor (actor=?";
    if (action !== undefined) return "audit_event_action (action=?";
    return outcome === undefined ? "sqlite_autoindex_audit_event_1" : `audit_event_${outcome}`;
  }

  it("finds what has expired by an index as well", async () => {
    const text =
      "SELECT id FROM audit_event WHERE keep_until <= min(?, unixepoch() * 1000) ORDER BY keep_until LIMIT 1";
    const { results } = await testEnv.DB.prepare(`EXPLAIN QUERY PLAN ${text}`).bind(1).all<{ detail: string }>();
    expect(results.map(({ detail }) => detail)).toEqual([expect.stringContaining("audit_event_keep_until")]);
  });
});
