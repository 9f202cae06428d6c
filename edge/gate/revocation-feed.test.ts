import { describe, expect, it } from "vitest";
import type { GateReadings } from "../../shared/application/ports/gate-readings.ts";
import type { FeedKind, FeedRow } from "../../shared/application/ports/revocation-feed.ts";
import { NO_COPIES } from "./location-copies.ts";
import { createRevocationFeed, type RevocableClaims } from "./revocation-feed.ts";

/* What a feed claims to cover, whatever the order in which its readings are answered. */

const DAY = 86_400_000;
const PAGE = 1000;

/** The table, with answers that leave the database at one time and arrive at another. */
function createTable() {
  const rows = new Map<string, FeedRow>();
  const open: { see: () => void; arrive: () => void }[] = [];
  let sequence = 0;
  let isHeld = false;
  const list = () => [...rows.values()].toSorted((a, b) => a.sequence - b.sequence);
  const besidesPosts = () =>
    list()
      .filter(({ kind }) => kind !== "post-changed")
      .toReversed();

  const answer = <Value>(read: () => Value): Promise<Value> => {
    if (!isHeld) return Promise.resolve().then(read);
    return new Promise((resolve) => {
      let seen: Value | undefined;
      open.push({
        see: () => {
          seen ??= read();
        },
        arrive: () => resolve(seen ?? read()),
      });
    });
  };

  const readings: GateReadings = {
    readPart: () => Promise.reject(new Error("not asked here")),
    feedAfter: (position, limit) =>
      answer(() =>
        list()
          .filter((row) => row.sequence > position)
          .slice(0, limit),
      ),
    newestRevocations: (limit) =>
      answer(() => ({ position: list().at(-1)?.sequence ?? 0, rows: besidesPosts().slice(0, limit) })),
    revocationsBefore: (position, limit) =>
      answer(() =>
        besidesPosts()
          .filter((row) => row.sequence < position)
          .slice(0, limit),
      ),
    findRevocations: (subjects) =>
      answer(() =>
        list().filter((row) => subjects.some((one) => one.kind === row.kind && one.subject === row.subject)),
      ),
  };
  return {
    readings,
    rows,
    list,
    open,
    hold: (next: boolean) => {
      isHeld = next;
    },
    add: (kind: FeedKind, subject: string, expiresAt = DAY) => {
      rows.set(`${kind}:${subject}`, { kind, subject, sequence: ++sequence, createdAt: 0, expiresAt });
      return sequence;
    },
    addMany: (kind: FeedKind, count: number) => {
      for (let n = 0; n < count; n++) {
        const subject = `${kind}-${++sequence}`;
        rows.set(`${kind}:${subject}`, { kind, subject, sequence, createdAt: 0, expiresAt: DAY });
      }
    },
    remove: (isRemoved: (row: FeedRow) => boolean) => {
      for (const [name, row] of rows) if (isRemoved(row)) rows.delete(name);
    },
  };
}

const RULES = { freshMs: 5000, staleMs: 60_000 };

function follow(table: ReturnType<typeof createTable>) {
  const clock = { at: 1000 };
  const feed = createRevocationFeed(table.readings, RULES, { now: () => clock.at, sleep: async () => {} }, NO_COPIES);
  return { feed, clock };
}

function tokenAt(feedPosition: number, tokenId: string): RevocableClaims {
  const origin = { issuedAt: 1, expiresAt: 1000 } as RevocableClaims["origin"];
  return { tokenId, viewerId: null, videoPostId: "post", fileIndex: 0, apiKeyId: null, feedPosition, origin };
}

/** Of each token that a row refuses and this isolate has read up to, the answer may not be "no". */
function expectNoneAccepted(table: ReturnType<typeof createTable>, feed: ReturnType<typeof follow>["feed"]): void {
  const [covered, position] = [feed.coveredFrom(), feed.position()];
  const accepted: unknown[] = [];
  for (const { kind, subject, sequence } of table.rows.values()) {
    if (kind !== "token" || sequence > position) continue;
    for (const at of [0, covered, sequence - 1]) {
      if (at < sequence && feed.isRevoked(tokenAt(at, subject)) === false) accepted.push({ subject, sequence, at });
    }
  }
  expect(accepted).toEqual([]);
}

describe("a feed that is read page by page", () => {
  it.each([
    [PAGE - 1, 0],
    [PAGE, 0],
    [PAGE + 1, 1],
  ])("covers, of %i revocations, all above the last that it has read", async (count, missed) => {
    const table = createTable();
    table.addMany("post-changed", 3000);
    table.addMany("token", count);
    table.addMany("post-changed", 3000);
    const { feed } = follow(table);
    await feed.catchUp();
    expect(feed.position()).toBe(6000 + count);
    expect(feed.coveredFrom()).toBe(count < PAGE ? 0 : 3000 + missed);
    expectNoneAccepted(table, feed);
    if (count < PAGE) return;
    const [first] = table.list().filter(({ kind }) => kind === "token");
    const known = feed.isRevoked(tokenAt(0, first!.subject));
    expect(known).toBe(missed === 0 ? true : "unknown");
    expect(feed.isRevoked(tokenAt(0, "another"))).toBe("unknown");
    await feed.catchUp();
    expect(feed.coveredFrom()).toBe(0);
    expect(feed.isRevoked(tokenAt(0, first!.subject))).toBe(true);
  });

  it("keeps what it covers past any number of changes, and gives it up past a gap among revocations", async () => {
    const table = createTable();
    const revoked = table.add("token", "mine");
    const { feed } = follow(table);
    await feed.catchUp();
    table.addMany("post-changed", 5000);
    await feed.catchUp();
    expect([feed.coveredFrom(), feed.position()]).toEqual([0, revoked + 5000]);
    table.addMany("token", PAGE + 5);
    await feed.catchUp();
    expect(feed.coveredFrom()).toBe(feed.position() - PAGE);
    expect(feed.isRevoked(tokenAt(revoked, "another"))).toBe("unknown");
    expectNoneAccepted(table, feed);
  });

  it("covers nothing by a restart that arrives after a later one, and has what arrived last", async () => {
    const table = createTable();
    const { feed } = follow(table);
    table.addMany("token", 10);
    table.hold(true);
    const slow = feed.catchUp();
    const [early] = table.open.splice(0);
    early!.see();
    table.addMany("token", 3000);
    table.hold(false);
    await feed.catchUp();
    const covered = [feed.coveredFrom(), feed.position()];
    early!.arrive();
    await slow;
    expect([feed.coveredFrom(), feed.position()]).toEqual(covered);
    expectNoneAccepted(table, feed);
  });

  it("has a post read again that was read before the newest change which a restart has skipped", async () => {
    const table = createTable();
    const { feed } = follow(table);
    const readAt = table.add("post-changed", "before");
    const changedAt = table.add("post-changed", "mine");
    expect(feed.changedAt({ kind: "post-changed", subject: "mine" })).toBe(0);
    await feed.catchUp();
    expect(feed.changedAt({ kind: "post-changed", subject: "mine" })).toBeGreaterThan(readAt);
    expect(feed.changedAt({ kind: "post-changed", subject: "mine" })).toBe(changedAt);
    const generation = feed.generation();
    table.addMany("post-changed", PAGE);
    await feed.catchUp();
    expect(feed.generation()).toBe(generation + 1);
    expect(feed.changedAt({ kind: "post-changed", subject: "mine" })).toBe(feed.position());
  });

  it("has everything read again after an hour in which rows came and were deleted, its last among them", async () => {
    const table = createTable();
    table.addMany("token", PAGE + 1);
    table.add("post-changed", "last");
    const { feed, clock } = follow(table);
    await feed.catchUp();
    const before = { position: feed.position(), covered: feed.coveredFrom(), generation: feed.generation() };
    table.add("post-changed", "missed");
    table.remove(({ kind }) => kind === "post-changed");
    clock.at += 3_700_000;
    await feed.catchUp();
    expect(feed.position()).toBe(before.position);
    expect(feed.coveredFrom()).toBe(before.covered);
    expect(feed.generation()).toBe(before.generation + 1);
    expectNoneAccepted(table, feed);
  });
});

/** Park and Miller, so that a failure names its seed. */
function numbers(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

describe("readings that are answered in any order", () => {
  it.each(Array.from({ length: 6 }, (_, n) => n + 1))(
    "accept no token that a covered row refuses (seed %i)",
    async (seed) => {
      const random = numbers(seed * 7919);
      const table = createTable();
      const { feed, clock } = follow(table);
      table.addMany("token", random(2500));
      const running = new Set<Promise<void>>();
      const settle = async () => {
        for (let n = 0; n < 8; n++) await Promise.resolve();
      };
      table.hold(true);
      for (let step = 0; step < 40; step++) {
        const one = table.open[random(Math.max(1, table.open.length))];
        const deeds = [
          () => table.add("token", `t${random(20)}`),
          () => table.addMany("post-changed", [1, 400, PAGE - 1, PAGE, 3000][random(5)]!),
          () => table.addMany(random(2) === 0 ? "token" : "viewer", [1, 400, PAGE - 1, PAGE, 1500][random(5)]!),
          () => table.remove(({ kind, sequence }) => kind === "post-changed" && sequence % 3 !== 0),
          () => {
            if (running.size > 3) return;
            const work = feed.catchUp().finally(() => running.delete(work));
            running.add(work);
          },
          () => one?.see(),
          () => {
            if (one === undefined || !table.open.includes(one)) return;
            table.open.splice(table.open.indexOf(one), 1);
            one.arrive();
          },
          () => {
            clock.at += random(20) === 0 ? 1_900_000 : 1000;
          },
        ];
        for (const deed of [random(8), 4 + random(3), 6]) deeds[deed]!();
        await settle();
        expectNoneAccepted(table, feed);
      }
      while (running.size > 0) {
        for (const { arrive } of table.open.splice(0)) arrive();
        await settle();
      }
      table.hold(false);
      await feed.catchUp();
      expect(feed.position()).toBeGreaterThanOrEqual(table.list().at(-1)?.sequence ?? 0);
      expectNoneAccepted(table, feed);
    },
  );
});
