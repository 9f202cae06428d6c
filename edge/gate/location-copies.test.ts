import { describe, expect, it } from "vitest";
import type { GateReadings, StoredPart } from "../../shared/application/ports/gate-readings.ts";
import type { FeedKind, FeedRow } from "../../shared/application/ports/revocation-feed.ts";
import type { GateClock, Later } from "./freshness.ts";
import { createLocationCopies, type LocationCopies, NO_COPIES } from "./location-copies.ts";
import { createPartSnapshots } from "./part-snapshots.ts";
import { createRevocationFeed } from "./revocation-feed.ts";

/* Isolates of one location, which share a cache and a database. */

const POST = "019ab3c2-0000-7000-8000-000000000001";
const RULES = { freshMs: 5000, staleMs: 60_000 };
const LONGEST_LOOK_MS = 100;
const SECRET = new Uint8Array(32).fill(7);
const PART: StoredPart = {
  postStatus: "PUBLISHED",
  postVersion: 3,
  isRemoved: false,
  durationSeconds: 12.5,
  playing: { prefix: "film/job/enc/k1-c1", keyVersion: 1 },
  migration: null,
  captions: [],
  chapters: [],
  mediaStart: 126_000,
  images: {
    id: "images",
    prefix: "film/job/c1/images/images/",
    posters: [{ seconds: 1.5, width: 1280, height: 720, bytes: 9000 }],
    best: 1,
    storyboard: { tileWidth: 160, tileHeight: 90, columns: 10, tiles: 13, intervalSeconds: 1 },
  },
  poster: { kind: "own", id: "poster", format: "webp", width: 640, height: 360, bytes: 8000 },
  policies: [{ quality: "480p", policy: "PUBLIC", entitlement: null }],
  keys: [
    {
      keyId: "key",
      fileId: "file",
      quality: "480p",
      keyVersion: 1,
      status: "RETIRING",
      usableUntil: 99,
      kekId: "k1",
      wrappedKey: "AAAA",
    },
  ],
};

type IsolateOptions = {
  readonly location: ReturnType<typeof createLocation>;
  readonly database: ReturnType<typeof createDatabase>;
  readonly skew?: number;
  readonly copies?: LocationCopies;
};

/** A cache drops what is as old as its max-age in whole seconds. */
function createLocation() {
  const kept = new Map<string, { response: Response; at: number }>();
  const time = { at: 1_000_000 };
  const store = {
    match: async (url: string) => {
      const found = kept.get(url);
      if (found === undefined) return undefined;
      const seconds = Number(/max-age=(\d+)/.exec(found.response.headers.get("cache-control") ?? "")?.[1]);
      return Math.floor((time.at - found.at) / 1000) < seconds ? found.response.clone() : undefined;
    },
    put: async (url: string, response: Response) => {
      kept.set(url, { response, at: time.at });
    },
  };
  const copies = (secret = SECRET) => createLocationCopies(RULES, secret, store);
  return { kept, time, store, copies };
}

function createDatabase(time: { at: number }) {
  const rows: FeedRow[] = [];
  let statements = 0;
  const state = { part: PART as StoredPart | null };
  const position = () => rows.at(-1)?.sequence ?? 0;
  const counted = async <Value>(value: Value): Promise<Value> => {
    statements++;
    return value;
  };
  const readings: GateReadings = {
    readPart: () => counted({ position: position(), part: state.part }),
    feedAfter: (from, limit) => counted(rows.filter(({ sequence }) => sequence > from).slice(0, limit)),
    newestRevocations: () =>
      counted({ position: position(), rows: rows.filter(({ kind }) => kind !== "post-changed").toReversed() }),
    revocationsBefore: () => counted([]),
    findRevocations: () => counted([]),
  };
  return {
    readings,
    state,
    add: (kind: FeedKind, subject: string) =>
      rows.push({ sequence: position() + 1, kind, subject, createdAt: time.at, expiresAt: time.at + 3_600_000 }),
    statements: () => statements,
  };
}

function createIsolate({ location, database, skew = 0, copies = location.copies() }: IsolateOptions) {
  const work: Promise<unknown>[] = [];
  const later: Later = (promise) => void work.push(promise);
  const clock: GateClock = {
    now: () => location.time.at + skew,
    sleep: async (ms) => {
      // The deadline of a reading never passes here: signatures take real time.
      if (ms > LONGEST_LOOK_MS) return new Promise(() => {});
      location.time.at += ms;
      return new Promise((resolve) => setImmediate(resolve));
    },
  };
  const feed = createRevocationFeed(database.readings, RULES, clock, copies);
  const parts = createPartSnapshots(database.readings, feed, RULES, clock, copies.parts);
  const ask = async () => {
    await feed.ready(later);
    const known = await parts.get(POST, 0, later);
    await Promise.all(work.splice(0));
    return known === "away" ? known : known.part;
  };
  return { feed, parts, later, ask, settle: () => Promise.all(work.splice(0)) };
}

type Isolate = ReturnType<typeof createIsolate>;

function isRevoked({ feed }: Isolate, tokenId: string): boolean | "unknown" {
  const origin = { issuedAt: 0, expiresAt: 9_000_000 } as Parameters<typeof feed.isRevoked>[0]["origin"];
  return feed.isRevoked({
    tokenId,
    viewerId: null,
    videoPostId: POST,
    fileIndex: 0,
    apiKeyId: null,
    feedPosition: 0,
    origin,
  });
}

describe("isolates of one location", () => {
  it("read the database once between them", async () => {
    const location = createLocation();
    const database = createDatabase(location.time);
    database.add("token", "ended");
    const isolates = Array.from({ length: 20 }, () => createIsolate({ location, database }));
    for (const isolate of isolates) expect(await isolate.ask()).toMatchObject(PART);
    expect(isolates.map((isolate) => isRevoked(isolate, "ended"))).toEqual(isolates.map(() => true));
    expect(database.statements()).toBe(2);
  });

  it("know a revocation within the period, whatever their clocks say, and no copy lives longer for it", async () => {
    const location = createLocation();
    const database = createDatabase(location.time);
    const isolates = [0, -5000, 5000].map((skew) => createIsolate({ location, database, skew }));
    for (let ms = 0; ms < 60_000; ms += 500) {
      location.time.at += 500;
      const name = `token-${ms}`;
      database.add("token", name);
      for (let passed = 0; passed < 4500; passed += 500) {
        for (const isolate of isolates) await isolate.ask();
        location.time.at += 500;
      }
      location.time.at += 500;
      for (const isolate of isolates) await isolate.ask();
      expect(isolates.map((isolate) => isRevoked(isolate, name))).toEqual([true, true, true]);
    }
    // Each of them alone would read every 3.5 seconds.
    expect(database.statements()).toBeLessThan((3 * (location.time.at - 1_000_000)) / 3500);
  });

  it("use no copy of a part once the feed names its post", async () => {
    const location = createLocation();
    const database = createDatabase(location.time);
    const [first, second] = [1, 2].map(() => createIsolate({ location, database }));
    await first!.ask();
    database.state.part = { ...PART, postVersion: 4 };
    database.add("post-changed", POST);
    await second!.feed.catchUp();
    expect(await second!.ask()).toMatchObject({ postVersion: 4 });
  });

  it("use no copy of a part that they have saved themselves", async () => {
    const location = createLocation();
    const database = createDatabase(location.time);
    const [first, second] = [1, 2].map(() => createIsolate({ location, database }));
    await first!.ask();
    database.state.part = { ...PART, postVersion: 4 };
    second!.parts.forget(POST);
    expect(await second!.ask()).toMatchObject({ postVersion: 4 });
  });

  it("decide no refusal by a copy", async () => {
    const location = createLocation();
    const database = createDatabase(location.time);
    const [first, second] = [1, 2].map(() => createIsolate({ location, database }));
    await first!.ask();
    const before = database.statements();
    const notBefore = location.time.at;
    expect(await second!.feed.ready(second!.later, notBefore)).toBe("ready");
    expect(await second!.parts.get(POST, 0, second!.later, { notBefore })).toMatchObject({ isCurrent: true });
    expect(database.statements()).toBe(before + 2);
  });

  it("keep no copy of a part that does not exist", async () => {
    const location = createLocation();
    const database = createDatabase(location.time);
    database.state.part = null;
    await createIsolate({ location, database }).ask();
    database.state.part = PART;
    expect(await createIsolate({ location, database }).ask()).toMatchObject(PART);
  });
});

describe("a copy", () => {
  const kept = async (location: ReturnType<typeof createLocation>) => {
    const database = createDatabase(location.time);
    await createIsolate({ location, database }).ask();
    expect(location.kept.size).toBe(2);
  };
  const found = async ({ newest, parts }: LocationCopies) => [await newest.find(), await parts.find(`${POST}/0`)];

  it("is read as it was written", async () => {
    const location = createLocation();
    await kept(location);
    expect(await found(location.copies())).toEqual([
      { position: 0, rows: [] },
      { position: 0, part: PART },
    ]);
  });

  it.each<[string, (text: string) => string]>([
    ["was changed", (text) => text.replace("PUBLISHED", "REJECTED").replace('"rows":[]', '"rows":[ ]')],
    ["is not JSON", () => "no"],
    ["is empty", () => ""],
  ])("is ignored if it %s", async (_, change) => {
    const location = createLocation();
    await kept(location);
    for (const [url, { response, at }] of location.kept) {
      const text = change(await response.text());
      location.kept.set(url, { response: new Response(text, { headers: response.headers }), at });
    }
    expect(await found(location.copies())).toEqual([null, null]);
  });

  it("is ignored under the name of another", async () => {
    const location = createLocation();
    await kept(location);
    const [a, b] = [...location.kept.keys()] as [string, string];
    const [ofA, ofB] = [location.kept.get(a)!, location.kept.get(b)!];
    location.kept.set(a, ofB).set(b, ofA);
    expect(await found(location.copies())).toEqual([null, null]);
  });

  it("of another deployment is ignored", async () => {
    const location = createLocation();
    await kept(location);
    expect(await found(location.copies(new Uint8Array(32).fill(8)))).toEqual([null, null]);
  });

  it("of a cache that fails is none", async () => {
    const fails = () => Promise.reject(new Error("the cache is away"));
    const location = createLocation();
    const copies = createLocationCopies(RULES, SECRET, { match: fails, put: fails });
    const database = createDatabase(location.time);
    expect(await createIsolate({ location, database, copies }).ask()).toMatchObject(PART);
  });

  it("is not made where a period is too short for one", () => {
    const { store } = createLocation();
    for (const freshMs of [0, 1000, 2000, 3000]) {
      expect(createLocationCopies({ freshMs, staleMs: 60_000 }, SECRET, store)).toBe(NO_COPIES);
    }
    for (let freshMs = 4000; freshMs <= 60_000; freshMs += 1000) {
      const { feed } = createLocationCopies({ freshMs, staleMs: 60_000 }, SECRET, store);
      expect(feed.ageMs).toBeLessThan(freshMs * 0.7);
    }
  });
});
