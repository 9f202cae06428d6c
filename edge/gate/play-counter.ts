import { DurableObject } from "cloudflare:workers";
import { keepNewest } from "../../shared/lib/keep-newest.ts";
import { fromCall, type Play, type PlayCall } from "./play-call.ts";
import type { RevocableClaims } from "./revocation-feed.ts";

export type CountedPlay =
  | "ok"
  | "ended"
  | "too-late"
  | "exhausted"
  | "full"
  /** The limit: with the sessions that hold the places. */
  | { readonly live: readonly LiveSession[] };

export type LiveSession = {
  readonly sessionId: string;
  readonly claims: RevocableClaims;
  readonly startedAt: number;
  readonly expiresAt: number;
};

export type CounterStatus = { readonly uses: number; readonly live: readonly LiveSession[] };

const CREATE = `CREATE TABLE IF NOT EXISTS session (
  session_id TEXT PRIMARY KEY, token_id TEXT NOT NULL, claims TEXT NOT NULL, started_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL, keep_until INTEGER NOT NULL, ended_at INTEGER) WITHOUT ROWID`;

/** Only for limited viewers, who may have thousands of rows. An index is one more page to write at a first use. */
const CREATE_INDEX = "CREATE INDEX IF NOT EXISTS live_session ON session (expires_at) WHERE ended_at IS NULL";

const INSERT = "INSERT INTO session VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL)";

const EXTEND = `UPDATE session SET expires_at = max(expires_at, ?2), keep_until = max(keep_until, ?3)
  WHERE session_id = ?1`;

type Row = { session_id: string; claims: string; started_at: number; expires_at: number; ended_at: number | null };

const ALARM_STEP_MS = 3_600_000;

/** Rows of an object, ended sessions included: also the highest `maxUses` of a token. One more session is refused. */
export const MOST_SESSIONS = 10_000;
/** Between two searches of a full object for rows that can go. */
const PRUNE_MS = 60_000;
/** Entries of each map in memory; storage knows the rest. */
const MOST_KNOWN = 1000;

/**
 * Counts the play sessions of one token, or of one viewer whose sessions are limited. No method awaits between its first
 * read and its last write, so nothing comes in between; the platform holds an answer until its writes are durable.
 */
export class PlayCounter extends DurableObject {
  /** Ends of the sessions that are live for certain: another key of one costs no statement. */
  private readonly known = new Map<string, number>();
  /** By token, from the first time that a limit asks for it. */
  private readonly uses = new Map<string, number>();
  private rows: number | null = null;
  private prunedAt = Number.NEGATIVE_INFINITY;
  private hasTable: boolean | null = null;
  private hasIndex = false;
  private alarmAt: number | null = null;
  /** The latest time that any caller gave: clocks differ, and a place that was given away may not be used again. */
  private latest = 0;

  /** Counts the session if it is new. A session counts once, however often this is called. */
  begin(...call: PlayCall): CountedPlay {
    const [sessionId, expiresAt, at] = call;
    const now = this.timeOf(at);
    const knownEnd = this.known.get(sessionId) ?? 0;
    if (knownEnd > now && expiresAt <= knownEnd) return "ok";
    const play = fromCall(call);
    const isTooLate = play.claims.origin.expiresAt * 1000 <= play.now;
    // Storage that no session is in would never be deleted.
    if (isTooLate && !this.isStored()) return "too-late";
    const row = this.createTable() ? null : this.find(sessionId);
    if (row !== null && row.ended_at !== null) return "ended";
    if (row === null) {
      if (isTooLate) return "too-late";
      if (play.maxUses !== null && this.usesOf(play.claims.tokenId) >= play.maxUses) return "exhausted";
      if (this.isFull(now)) return "full";
    }
    // A session whose end has passed gave its place away, and needs one again.
    if (row === null || row.expires_at <= now) {
      const full = this.makeRoom(play, now);
      if (full !== null) return { live: full };
    }
    this.keep(play, row === null);
    return "ok";
  }

  /** Moves the end of a session that was counted. One that was not is counted by its first key. */
  refresh(...call: PlayCall): CountedPlay {
    const [sessionId] = call;
    if (!this.isStored() || this.find(sessionId) === null) return "ok";
    return this.begin(...call);
  }

  /** Whether there was a session to end. */
  end(sessionId: string, now: number): boolean {
    if (!this.isStored()) return false;
    this.known.delete(sessionId);
    const text = "UPDATE session SET ended_at = ?2 WHERE session_id = ?1 AND ended_at IS NULL";
    return this.ctx.storage.sql.exec(text, sessionId, now).rowsWritten > 0;
  }

  /** Reading stores nothing, also for a token that never was. */
  status(tokenId: string, now: number): CounterStatus {
    if (!this.isStored()) return { uses: 0, live: [] };
    return { uses: this.usesOf(tokenId), live: this.live(now).filter(({ claims }) => claims.tokenId === tokenId) };
  }

  /** Deletes what can decide nothing any more, and everything once that is all. */
  override async alarm(): Promise<void> {
    this.alarmAt = null;
    if (!this.isStored()) return;
    this.prune(Date.now());
    const { last } = this.ctx.storage.sql
      .exec<{ last: number | null }>("SELECT max(keep_until) AS last FROM session")
      .one();
    if (last !== null) {
      await this.wakeAt(last);
      return;
    }
    this.known.clear();
    this.rows = null;
    this.hasTable = null;
    this.hasIndex = false;
    await this.ctx.storage.deleteAll();
  }

  /** Each start adds a row, also where it ends an older session: the rows of one viewer have a bound. */
  private isFull(now: number): boolean {
    if (this.countRows() < MOST_SESSIONS) return false;
    if (now - this.prunedAt < PRUNE_MS) return true;
    this.prunedAt = now;
    this.prune(now);
    return this.countRows() >= MOST_SESSIONS;
  }

  private countRows(): number {
    this.rows ??= this.ctx.storage.sql.exec<{ rows: number }>("SELECT count(*) AS rows FROM session").one().rows;
    return this.rows;
  }

  private prune(now: number): void {
    this.ctx.storage.sql.exec("DELETE FROM session WHERE keep_until < ?", now);
    this.uses.clear();
    this.rows = null;
  }

  private timeOf(now: number): number {
    if (now > this.latest) this.latest = now;
    return this.latest;
  }

  /** Null when there is a place now; else who holds them. */
  private makeRoom({ limit, sessionId, revoked }: Play, now: number): readonly LiveSession[] | null {
    if (limit === null) return null;
    this.createIndex();
    for (const id of revoked ?? []) this.end(id, now);
    const live = this.live(now).filter((session) => session.sessionId !== sessionId);
    const beyond = live.length - limit.atMost + 1;
    if (beyond <= 0) return null;
    if (limit.overflow === "REFUSE" || revoked === undefined) return live;
    for (const oldest of live.slice(0, beyond)) this.end(oldest.sessionId, now);
    return null;
  }

  private keep(play: Play, isNew: boolean): void {
    const { claims, sessionId, startedAt, expiresAt, keepUntil } = play;
    const { sql } = this.ctx.storage;
    const before = this.rows === 0 ? 0 : this.uses.get(claims.tokenId);
    if (isNew && before !== undefined) keepNewest(this.uses, claims.tokenId, before + 1, MOST_KNOWN);
    if (isNew && this.rows !== null) this.rows++;
    if (isNew) sql.exec(INSERT, sessionId, claims.tokenId, JSON.stringify(claims), startedAt, expiresAt, keepUntil);
    else sql.exec(EXTEND, sessionId, expiresAt, keepUntil);
    const knownEnd = this.known.get(sessionId) ?? 0;
    keepNewest(this.known, sessionId, Math.max(expiresAt, knownEnd), MOST_KNOWN);
    // The platform holds the answer until row and alarm are durable. A row without its alarm would stay forever, so a
    // failure resets the object, and the call is repeated.
    this.wakeAt(keepUntil)?.catch((error: unknown) => this.ctx.abort(`setAlarm: ${error}`));
  }

  /** Rounded up, so that a viewer's next session seldom moves it. One that comes too early finds rows and is set again. */
  private wakeAt(keepUntil: number): Promise<void> | undefined {
    const at = (Math.floor(keepUntil / ALARM_STEP_MS) + 1) * ALARM_STEP_MS;
    if (this.alarmAt !== null && this.alarmAt >= at) return undefined;
    this.alarmAt = at;
    return this.ctx.storage.setAlarm(at);
  }

  private live(now: number): LiveSession[] {
    const text = "SELECT * FROM session WHERE ended_at IS NULL AND expires_at > ? ORDER BY started_at, session_id";
    return this.ctx.storage.sql
      .exec<Row>(text, now)
      .toArray()
      .map((row) => ({
        sessionId: row.session_id,
        claims: JSON.parse(row.claims) as RevocableClaims,
        startedAt: row.started_at,
        expiresAt: row.expires_at,
      }));
  }

  private usesOf(tokenId: string): number {
    const known = this.rows === 0 ? 0 : this.uses.get(tokenId);
    if (known !== undefined) return known;
    const text = "SELECT count(*) AS uses FROM session WHERE token_id = ?";
    const { uses } = this.ctx.storage.sql.exec<{ uses: number }>(text, tokenId).one();
    keepNewest(this.uses, tokenId, uses, MOST_KNOWN);
    return uses;
  }

  private find(sessionId: string): Row | null {
    return this.ctx.storage.sql.exec<Row>("SELECT * FROM session WHERE session_id = ?", sessionId).toArray()[0] ?? null;
  }

  private isStored(): boolean {
    if (this.hasTable !== true) {
      const text = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'session'";
      this.hasTable = this.ctx.storage.sql.exec(text).toArray().length > 0;
    }
    return this.hasTable;
  }

  /** Whether it was created just now: then it has no rows, and a first use reads nothing. */
  private createTable(): boolean {
    if (this.hasTable === true) return false;
    // The row of the schema; where the table exists, nothing is written.
    const isNew = this.ctx.storage.sql.exec(CREATE).rowsWritten > 0;
    this.hasTable = true;
    if (isNew) this.rows = 0;
    return isNew;
  }

  private createIndex(): void {
    if (this.hasIndex) return;
    this.ctx.storage.sql.exec(CREATE_INDEX);
    this.hasIndex = true;
  }
}
