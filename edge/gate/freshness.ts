import { logError } from "../log/log.ts";

/*
 * One value that an isolate reads from the database and uses for a while. Requests share the value and never a promise:
 * workerd cancels or hangs the requests that wait for a promise whose own request has ended.
 */

/** In ms. */
export type FreshnessRules = {
  /** A value that was read longer ago is not used while the database answers. */
  readonly freshMs: number;
  /** A value that was read longer ago is not used at all. */
  readonly staleMs: number;
  /** Between two readings of a source that fails; RETRY_MS by default. */
  readonly retryMs?: number;
  /** How long a request waits for a value; PATIENCE_MS by default, and more where the value decides a refusal. */
  readonly patienceMs?: number;
};

export type Cell<Value> = {
  value: Value | undefined;
  /** When the reading of the value was started, so that an age never counts too little; earlier for a copy. */
  readAt: number;
  /** When this isolate started to read the value. */
  takenAt: number;
  /** Since when a reading is under way; null for none. A cancelled request clears nothing: SLOW_MS is the deadline. */
  readingSince: number | null;
  /** When the last reading failed; null once one has succeeded. */
  failedAt: number | null;
  /** When the latest reading was started, whatever came of it. */
  triedAt: number;
  /** Names the latest reading. */
  attempt: object | null;
};

export function emptyCell<Value>(): Cell<Value> {
  const never = Number.NEGATIVE_INFINITY;
  return {
    value: undefined,
    readAt: never,
    takenAt: never,
    readingSince: null,
    failedAt: null,
    triedAt: never,
    attempt: null,
  };
}

/** A refresh in the background begins in the last part of the period, so that no value is served beyond it. */
export const REFRESH_FROM = 0.7;
/** From here on a reading counts as lost: the old value is used, and another request reads. */
export const SLOW_MS = 500;
/** Between two readings of a database that fails. */
export const RETRY_MS = 1000;
/** Between two readings that requests want because the value may be older than they are. */
export const GAP_MS = 250;

export type Step =
  /** Synchronously, without a reading. */
  | "use"
  /** The value counts; start a reading that nobody waits for. */
  | "use-and-read"
  /** Start a reading and wait for it. */
  | "read"
  /** Somebody's reading is under way, or the next is not due yet: look again soon. */
  | "wait"
  /** The database fails, and nothing that is young enough is in memory. */
  | "away";

/**
 * What a request does at `now` that needs a value whose reading was started at `notBefore` or later. A value is as old
 * as it was when the request arrived: what was read since then counts, however long the isolate stood still.
 */
export function nextStep(
  cell: Cell<unknown>,
  rules: FreshnessRules,
  now: number,
  notBefore: number,
  arrivedAt = now,
): Step {
  const retryMs = rules.retryMs ?? RETRY_MS;
  // A clock that was set back says nothing about how long ago something was.
  const since = (at: number) => (now < at ? Number.POSITIVE_INFINITY : now - at);
  const isReading = cell.readingSince !== null;
  const isSlow = cell.readingSince !== null && since(cell.readingSince) >= SLOW_MS;
  // What failed long ago says nothing about the database: an isolate that was idle asks again before it uses what is old.
  const isRecent = (at: number | null) => at !== null && since(at) < 2 * retryMs;
  const isFailing = isRecent(cell.failedAt) || (isSlow && isRecent(cell.triedAt));
  const mayRead = (!isReading || isSlow) && (!isFailing || since(cell.triedAt) >= retryMs);
  if (cell.value !== undefined && cell.readAt >= notBefore && cell.readAt <= now) {
    const age = Math.max(0, arrivedAt - cell.readAt);
    if (age < rules.freshMs * REFRESH_FROM) return "use";
    if (age < rules.freshMs || (isFailing && age < rules.staleMs)) return mayRead ? "use-and-read" : "use";
  }
  if (isFailing) return mayRead ? "read" : isReading ? "wait" : "away";
  if (isReading && !isSlow) return "wait";
  const isOver = cell.value === undefined || cell.readAt > now || arrivedAt - cell.readAt >= rules.freshMs;
  return isOver || since(cell.triedAt) >= GAP_MS ? "read" : "wait";
}

/** Time, and what may outlive a request: of the platform, and of tests. */
export type GateClock = { readonly now: () => number; readonly sleep: (ms: number) => Promise<unknown> };
export type Later = (work: Promise<unknown>) => void;

/** What another isolate has read, up to so many ms ago. */
export class Copied<Value> {
  readonly value: Value;
  readonly ageMs: number;

  constructor(value: Value, ageMs: number) {
    this.value = value;
    this.ageMs = ageMs;
  }
}

/** What is read may use `later` for work that nobody waits for. */
export type Read<Value> = (later: Later) => Promise<Value | Copied<Value>>;

/**
 * How long a request waits for a value; its reading continues. Each wait counts as what was asked for at most: after a
 * standstill of the isolate, timers run before the answers that have come meanwhile are delivered.
 */
export const PATIENCE_MS = 900;
/** The same for a value that decides a refusal: waiting costs less than the retry of a 503. */
const REFUSAL_PATIENCE_MS = 4000;
const FIRST_LOOK_MS = 4;
const LONGEST_LOOK_MS = 32;

/**
 * The value, or "away". `notBefore`: the earliest start of a reading that counts, for what a stale value may not decide.
 * `rules` are asked again after a reading, which may have made the value count. One request at a time calls `read`, and `later` keeps the reading alive when that request is cancelled.
 */
export async function freshValue<Value>(
  cell: Cell<Value>,
  rules: () => FreshnessRules,
  read: Read<Value>,
  clock: GateClock,
  later: Later,
  notBefore = Number.NEGATIVE_INFINITY,
): Promise<Value | "away"> {
  const arrivedAt = clock.now();
  let left = rules().patienceMs ?? (notBefore === Number.NEGATIVE_INFINITY ? PATIENCE_MS : REFUSAL_PATIENCE_MS);
  if (rules().freshMs === 0) return ownReading(read, clock, later);
  for (let look = FIRST_LOOK_MS; ; look = Math.min(2 * look, LONGEST_LOOK_MS)) {
    const now = clock.now();
    const step = nextStep(cell, rules(), now, notBefore, arrivedAt);
    if (step === "use") return cell.value as Value;
    if (step === "use-and-read") {
      later(reading(cell, read, clock, later));
      return cell.value as Value;
    }
    if (step === "away" || left <= 0) return "away";
    const longest = Math.min(step === "wait" ? look : SLOW_MS, left);
    if (step === "wait") await clock.sleep(longest);
    else await inTime(reading(cell, read, clock, later), longest, clock, later);
    left -= Math.min(longest, clock.now() - now);
  }
}

/** A period of 0 means a reading for every request: nothing is shared. */
async function ownReading<Value>(read: Read<Value>, clock: GateClock, later: Later): Promise<Value | "away"> {
  const cell = emptyCell<Value>();
  const work = reading(cell, read, clock, later);
  later(work);
  await Promise.race([work, sleepInParts(PATIENCE_MS, clock.sleep)]);
  return cell.value === undefined ? "away" : cell.value;
}

/** Never throws. Only the latest reading changes the flags, and no value replaces one whose reading started later. */
async function reading<Value>(cell: Cell<Value>, read: Read<Value>, clock: GateClock, later: Later): Promise<void> {
  const startedAt = clock.now();
  const attempt = {};
  cell.attempt = attempt;
  cell.readingSince = startedAt;
  cell.triedAt = startedAt;
  let failedAt: number | null = null;
  try {
    const found = await read(later);
    const { value, ageMs } = found instanceof Copied ? found : { value: found, ageMs: 0 };
    const isClockBack = clock.now() < cell.takenAt;
    if (startedAt >= cell.takenAt || isClockBack)
      Object.assign(cell, { value, readAt: startedAt - ageMs, takenAt: startedAt });
  } catch (error) {
    logError("gate", error);
    failedAt = clock.now();
  }
  if (cell.attempt === attempt) Object.assign(cell, { readingSince: null, failedAt });
}

function inTime(work: Promise<void>, ms: number, clock: GateClock, later: Later): Promise<unknown> {
  later(work);
  return Promise.race([work, clock.sleep(ms)]);
}

const PARTS = 4;

/** For a deadline: what arrives during a standstill of the isolate is seen between two parts, before time is up. */
export async function sleepInParts(ms: number, sleep: GateClock["sleep"]): Promise<void> {
  for (let n = 0; n < PARTS; n++) await sleep(ms / PARTS);
}
