import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { type Play, type PlayCall, toCall } from "../../../edge/gate/play-call.ts";
import { type CountedPlay, MOST_SESSIONS } from "../../../edge/gate/play-counter.ts";
import type { SessionLimit } from "../../../shared/domain/access/play-session.ts";
import { testEnv } from "../support/test-env.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.now();
const REFUSE: SessionLimit = { atMost: 2, overflow: "REFUSE" };
const END_OLDEST: SessionLimit = { atMost: 2, overflow: "END_OLDEST" };

let counters = 0;
const newCounter = () => testEnv.PLAY_COUNTER.getByName(`test ${++counters}`);
type Counter = ReturnType<typeof newCounter>;

function play(sessionId: string, more: Partial<Play> = {}): Play {
  const origin = { issuedAt: NOW / 1000, expiresAt: NOW / 1000 + 600 };
  const part = { videoPostId: "post", fileIndex: 0 };
  return {
    claims: { tokenId: "token", viewerId: null, apiKeyId: null, feedPosition: 0, origin, ...part },
    ...{ sessionId, maxUses: null, limit: null, startedAt: NOW, expiresAt: NOW + HOUR, keepUntil: NOW + 25 * HOUR },
    now: NOW,
    ...more,
  };
}

const kindOf = (counted: CountedPlay) => (typeof counted === "string" ? counted : "limit");
const begin = async (counter: Counter, one: Play) => kindOf(await counter.begin(...toCall(one)));
const refresh = async (counter: Counter, one: Play) => kindOf(await counter.refresh(...toCall(one)));

/** As the platform does at any time: memory is gone, storage is not. */
async function restart(counter: Counter): Promise<void> {
  await runInDurableObject(counter, (_instance, state) => state.abort("restarted by the test")).catch(() => {});
}

/** Repeats a call whose object was restarted meanwhile, as a player repeats a request after a 503. */
async function persistently<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt === 50) throw error;
    }
  }
}

describe("the uses of a token", () => {
  it("are exact under 200 parallel first keys", async () => {
    const counter = newCounter();
    const all = Array.from({ length: 200 }, (_, n) => begin(counter, play(`s${n}`, { maxUses: 3 })));
    const kinds = await Promise.all(all);
    expect(kinds.filter((kind) => kind === "ok")).toHaveLength(3);
    expect(kinds.filter((kind) => kind === "exhausted")).toHaveLength(197);
    expect(await counter.status("token", NOW)).toMatchObject({ uses: 3 });
  });

  it("are exact although the object is restarted in between", async () => {
    const name = `test ${++counters}`;
    const counter = () => testEnv.PLAY_COUNTER.getByName(name);
    const one = (n: number) => persistently(() => begin(counter(), play(`s${n}`, { maxUses: 3 })));
    const calls = Array.from({ length: 100 }, (_, n) => one(n));
    for (let n = 0; n < 5; n++) await restart(counter());
    const kinds = await Promise.all(calls);
    expect(kinds.filter((kind) => kind === "ok")).toHaveLength(3);
    expect(await counter().status("token", NOW)).toMatchObject({ uses: 3 });
  });

  it("are one for a session, however often it is counted, also after a restart", async () => {
    const counter = newCounter();
    await Promise.all(Array.from({ length: 200 }, () => begin(counter, play("s", { maxUses: 1 }))));
    await restart(counter);
    const again = testEnv.PLAY_COUNTER.getByName(`test ${counters}`);
    expect(await begin(again, play("s", { maxUses: 1 }))).toBe("ok");
    expect(await again.status("token", NOW)).toMatchObject({ uses: 1 });
  });

  it("stay used up as long as the token can start sessions, whenever its only session ended", async () => {
    const counter = newCounter();
    const days = { expiresAt: NOW / 1000 + 3 * 86_400, issuedAt: NOW / 1000 };
    const claims = { ...play("a").claims, origin: days };
    const keepUntil = NOW + 4 * 24 * HOUR;
    expect(await begin(counter, play("a", { maxUses: 1, claims, keepUntil }))).toBe("ok");
    await counter.end("a", NOW + HOUR);
    await runDurableObjectAlarm(counter);
    expect(await begin(counter, play("b", { maxUses: 1, claims, keepUntil, now: NOW + 3 * HOUR }))).toBe("exhausted");
  });

  it("are not consumed after the end of the issued token, but by a session that was counted before", async () => {
    const counter = newCounter();
    expect(await begin(counter, play("a", { maxUses: 2 }))).toBe("ok");
    const late = { maxUses: 2, now: NOW + 10 * MINUTE };
    expect(await begin(counter, play("b", late))).toBe("too-late");
    expect(await begin(counter, play("a", late))).toBe("ok");
  });
});

describe("the live sessions of a viewer", () => {
  it("never exceed a limit that refuses, under 50 parallel starts", async () => {
    const counter = newCounter();
    const kinds = await Promise.all(
      Array.from({ length: 50 }, (_, n) => begin(counter, play(`s${n}`, { limit: REFUSE }))),
    );
    expect(kinds.filter((kind) => kind === "ok")).toHaveLength(2);
    expect((await counter.status("token", NOW)).live).toHaveLength(2);
  });

  it("never exceed a limit that ends the oldest, which learns that it was ended", async () => {
    const counter = newCounter();
    const start = (id: string, n: number) =>
      begin(counter, play(id, { limit: END_OLDEST, startedAt: NOW + n, revoked: [] }));
    for (const [n, id] of ["a", "b", "c"].entries()) expect(await start(id, n)).toBe("ok");
    expect((await counter.status("token", NOW)).live.map(({ sessionId }) => sessionId)).toEqual(["b", "c"]);
    expect(await start("a", 0)).toBe("ended");
  });

  it.each([
    ["refuses", REFUSE],
    ["ends the oldest", END_OLDEST],
  ])(
    "never exceed a limit that %s, under starts, refreshes and ends at once while the object is restarted",
    async (_, limit) => {
      const name = `test ${++counters}`;
      const counter = () => testEnv.PLAY_COUNTER.getByName(name);
      const more = limit.overflow === "REFUSE" ? { limit } : { limit, revoked: [] };
      const session = (n: number) => play(`s${n}`, { ...more, startedAt: NOW + n });
      const longer = (n: number) => ({ ...session(n), expiresAt: NOW + 2 * HOUR });
      const most: number[] = [];
      const watch = async () => most.push((await counter().status("token", NOW)).live.length);
      const calls = Array.from({ length: 50 }, async (_, n) => {
        const kind = await persistently(() => begin(counter(), session(n)));
        await persistently(() => refresh(counter(), longer(n)));
        await persistently(watch);
        if (n % 3 === 0) await persistently(async () => counter().end(`s${n}`, NOW));
        return kind;
      });
      for (let n = 0; n < 5; n++) await restart(counter());
      const kinds = await Promise.all(calls);
      expect(Math.max(...most)).toBeLessThanOrEqual(2);
      expect(most).toHaveLength(50);
      if (limit.overflow === "END_OLDEST") expect(new Set(kinds)).toEqual(new Set(["ok"]));
      else expect(kinds.filter((kind) => kind === "ok").length).toBeGreaterThanOrEqual(2);
      // Who has ended stays so, whatever is asked afterwards.
      const live = new Set((await counter().status("token", NOW)).live.map(({ sessionId }) => sessionId));
      for (let n = 0; n < 50; n++) {
        if (!live.has(`s${n}`) && kinds[n] === "ok") expect(await begin(counter(), longer(n))).toBe("ended");
      }
    },
  );

  it("asks before it ends any, so that sessions which were revoked are ended first", async () => {
    const counter = newCounter();
    for (const id of ["a", "b"]) expect(await begin(counter, play(id, { limit: REFUSE }))).toBe("ok");
    const asked = await counter.begin(...toCall(play("c", { limit: REFUSE })));
    expect(asked).toMatchObject({ live: [{ sessionId: "a" }, { sessionId: "b" }] });
    expect(await begin(counter, play("c", { limit: REFUSE, revoked: ["b"] }))).toBe("ok");
    expect((await counter.status("token", NOW)).live.map(({ sessionId }) => sessionId)).toEqual(["a", "c"]);
  });

  it("do not revive a session whose end has passed beyond the limit, by a newer token or a refresh", async () => {
    const counter = newCounter();
    const one = { limit: { atMost: 1, overflow: "REFUSE" } } as const;
    expect(await begin(counter, play("a", { ...one, expiresAt: NOW + MINUTE }))).toBe("ok");
    expect(await begin(counter, play("b", { ...one, now: NOW + MINUTE }))).toBe("ok");
    const newer = { ...one, expiresAt: NOW + 2 * HOUR, now: NOW + MINUTE };
    expect(await begin(counter, play("a", newer))).toBe("limit");
    expect(await refresh(counter, play("a", newer))).toBe("limit");
    await counter.end("b", NOW + MINUTE);
    expect(await refresh(counter, play("a", newer))).toBe("ok");
  });

  it("hold their place until the end that a refresh has moved", async () => {
    const counter = newCounter();
    const one = { limit: { atMost: 1, overflow: "REFUSE" } } as const;
    await begin(counter, play("a", one));
    await refresh(counter, play("a", { ...one, expiresAt: NOW + 3 * HOUR }));
    const later = { ...one, claims: { ...play("b").claims, origin: { issuedAt: 0, expiresAt: NOW / 1000 + 86_400 } } };
    expect(await begin(counter, play("b", { ...later, now: NOW + 2 * HOUR }))).toBe("limit");
    expect(await begin(counter, play("b", { ...later, now: NOW + 3 * HOUR }))).toBe("ok");
  });
});

describe("the storage of a counter", () => {
  const tables = (counter: Counter) =>
    runInDurableObject(
      counter,
      (_instance, state) =>
        state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'session'").toArray().length,
    );

  it("is not made by reading, ending or refreshing what never was", async () => {
    const counter = newCounter();
    expect(await counter.status("token", NOW)).toEqual({ uses: 0, live: [] });
    expect(await counter.end("s", NOW)).toBe(false);
    expect(await refresh(counter, play("s"))).toBe("ok");
    expect(await tables(counter)).toBe(0);
    expect(await runDurableObjectAlarm(counter)).toBe(false);
  });

  it("is deleted by the alarm when nothing in it can decide anything, and never before", async () => {
    const counter = newCounter();
    await begin(counter, play("old", { keepUntil: NOW - HOUR, maxUses: 1 }));
    await begin(counter, play("kept", { keepUntil: Date.now() + HOUR, maxUses: 2 }));
    expect(await runDurableObjectAlarm(counter)).toBe(true);
    expect(await counter.status("token", NOW)).toMatchObject({ uses: 1 });
    expect(await runDurableObjectAlarm(counter)).toBe(true);
    expect(await counter.status("token", NOW)).toMatchObject({ uses: 1 });

    const over = newCounter();
    await begin(over, play("old", { keepUntil: NOW - HOUR, maxUses: 1 }));
    expect(await runDurableObjectAlarm(over)).toBe(true);
    expect(await tables(over)).toBe(0);
    expect(await begin(over, play("new", { maxUses: 1 }))).toBe("ok");
  });

  it("answers no session whose alarm was refused, and sets the alarm when the call is repeated", async () => {
    const name = `test ${++counters}`;
    const counter = testEnv.PLAY_COUNTER.getByName(name);
    await runInDurableObject(counter, (_instance, { storage }) => {
      storage.setAlarm = () => Promise.reject(new Error("no alarm"));
    });
    await expect(begin(counter, play("s", { maxUses: 1 }))).rejects.toThrow("no alarm");
    const again = testEnv.PLAY_COUNTER.getByName(name);
    expect(await begin(again, play("s", { maxUses: 1 }))).toBe("ok");
    expect(await again.status("token", NOW)).toMatchObject({ uses: 1 });
    expect(await runInDurableObject(again, (_instance, { storage }) => storage.getAlarm())).not.toBeNull();
  });
});

describe("the sessions that a counter keeps", () => {
  const KEPT_UNTIL = NOW + 2 * HOUR;

  /** Ended sessions beside those that are there, as a viewer leaves them behind who starts one after the other. */
  const fill = (counter: Counter, rows: number) =>
    runInDurableObject(counter, (_instance, { storage }) => {
      storage.sql.exec(
        `WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < ?1)
         INSERT INTO session SELECT 'filled' || n, 'token', '{}', ?2, ?3, ?4, ?2 FROM i`,
        ...[rows, NOW, NOW + HOUR, KEPT_UNTIL],
      );
    });

  it("have a bound, beyond which a new one is refused and the others stay what they are", async () => {
    const name = `test ${++counters}`;
    const counter = testEnv.PLAY_COUNTER.getByName(name);
    const one = (id: string, more: Partial<Play> = {}) =>
      play(id, { limit: END_OLDEST, revoked: [], keepUntil: KEPT_UNTIL, ...more });
    expect(await begin(counter, one("first"))).toBe("ok");
    await fill(counter, MOST_SESSIONS - 2);
    await restart(counter);
    const again = testEnv.PLAY_COUNTER.getByName(name);
    expect(await begin(again, one("last"))).toBe("ok");
    expect(await begin(again, one("beyond"))).toBe("full");
    for (const id of ["first", "last"]) expect(await begin(again, one(id))).toBe("ok");
    expect(await begin(again, one("filled7"))).toBe("ended");
    const origin = { issuedAt: NOW / 1000, expiresAt: NOW / 1000 + 86_400 };
    const later = { now: KEPT_UNTIL + 1, claims: { ...play("").claims, origin } };
    expect(await begin(again, one("beyond", { ...later, expiresAt: KEPT_UNTIL + HOUR }))).toBe("ok");
  });

  it("are found by an index where they are live, however many have ended", async () => {
    const counter = newCounter();
    await begin(counter, play("a", { limit: REFUSE }));
    await fill(counter, 2000);
    const read = await runInDurableObject(counter, (_instance, { storage }) => {
      const live = storage.sql.exec("SELECT * FROM session WHERE ended_at IS NULL AND expires_at > ?", NOW);
      live.toArray();
      return live.rowsRead;
    });
    expect(read).toBeLessThan(10);
  });

  it("take no more memory than a thousand of them, whatever is started", async () => {
    const counter = newCounter();
    const known = await runInDurableObject(counter, async (instance) => {
      const object = instance as unknown as { begin(...call: PlayCall): Promise<unknown>; known: Map<string, number> };
      for (let n = 0; n < 1100; n++) await object.begin(...toCall(play(`s${n}`, { maxUses: 1100 })));
      return object.known.size;
    });
    expect(known).toBeLessThanOrEqual(1000);
    expect(await begin(counter, play("s0"))).toBe("ok");
  });
});
