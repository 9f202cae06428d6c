import type { EventData, EventName, StreamEvent } from "./event-text.ts";

/** Events of progress that are kept. Each takes the place of the one before it that is so much older. */
export const KEPT_EVENTS = 200;

/** Changes of state are in a table without places: nothing takes theirs. */
const CREATE = `
  CREATE TABLE IF NOT EXISTS progress_event (place INTEGER PRIMARY KEY, seq INTEGER NOT NULL, data TEXT NOT NULL,
    origin TEXT);
  CREATE TABLE IF NOT EXISTS state_event (seq INTEGER PRIMARY KEY, name TEXT NOT NULL, data TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID`;

type Row = { seq: number; name: EventName; data: string };

/**
 * The events of one object in its storage, and the values that it keeps beside them. One event is one row written. An
 * object without a listener never creates the tables.
 */
export class EventLog {
  private readonly sql: SqlStorage;
  private head: number | null = null;
  private epochText: string | null = null;
  private isCreated: boolean | null = null;

  constructor(sql: SqlStorage) {
    this.sql = sql;
  }

  isStored(): boolean {
    this.isCreated ??=
      this.sql.exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'kept'").toArray().length > 0;
    return this.isCreated;
  }

  /** `epoch`: names this numbering, so that an id of a deleted log is not taken for one of this. */
  create(epoch: string): void {
    if (this.isStored()) return;
    this.sql.exec(CREATE);
    this.isCreated = true;
    this.keep("epoch", epoch);
    this.epochText = epoch;
  }

  /** Deletes all events and values, for a numbering that no earlier client continues. */
  restart(epoch: string): void {
    this.create(epoch);
    for (const table of ["progress_event", "state_event", "kept"]) this.sql.exec(`DELETE FROM ${table}`);
    this.head = 0;
    this.keep("epoch", epoch);
    this.epochText = epoch;
  }

  /** After the storage was deleted. */
  forget(): void {
    this.head = null;
    this.epochText = null;
    this.isCreated = null;
  }

  epoch(): string {
    this.epochText ??= this.kept<string>("epoch") ?? "";
    return this.epochText;
  }

  /** The number of the last event; 0 before the first. */
  lastSeq(): number {
    if (this.head === null) {
      const text = `SELECT max(coalesce((SELECT max(seq) FROM progress_event), 0),
        coalesce((SELECT max(seq) FROM state_event), 0)) AS seq`;
      this.head = this.sql.exec<{ seq: number }>(text).one().seq;
    }
    return this.head;
  }

  /** `origin`: kept with the event, and not part of it. */
  addProgress(data: EventData, origin: unknown = null): StreamEvent {
    const seq = this.lastSeq() + 1;
    const text = `INSERT INTO progress_event VALUES (?, ?, ?, ?)
      ON CONFLICT (place) DO UPDATE SET seq = excluded.seq, data = excluded.data, origin = excluded.origin`;
    this.sql.exec(text, seq % KEPT_EVENTS, seq, JSON.stringify(data), JSON.stringify(origin));
    this.head = seq;
    return { seq, name: "job-update", data };
  }

  /** Of the last event of progress; null before the first. */
  lastOrigin<T>(): T | null {
    const text = "SELECT origin FROM progress_event ORDER BY seq DESC LIMIT 1";
    const row = this.sql.exec<{ origin: string }>(text).toArray()[0];
    return row === undefined ? null : (JSON.parse(row.origin) as T);
  }

  addState(name: EventName, data: EventData): StreamEvent {
    const seq = this.lastSeq() + 1;
    this.sql.exec("INSERT INTO state_event VALUES (?, ?, ?)", seq, name, JSON.stringify(data));
    this.head = seq;
    return { seq, name, data };
  }

  /** All events after `seq` up to `last`, in order; null where some of them are not stored any more. */
  between(seq: number, last: number): readonly StreamEvent[] | null {
    if (seq > last) return null;
    const text = `SELECT seq, 'job-update' AS name, data FROM progress_event WHERE seq > ?1 AND seq <= ?2
      UNION ALL SELECT seq, name, data FROM state_event WHERE seq > ?1 AND seq <= ?2 ORDER BY seq`;
    const rows = this.sql.exec<Row>(text, seq, last).toArray();
    if (rows.length !== last - seq) return null;
    return rows.map((row) => ({ ...row, data: JSON.parse(row.data) as EventData }));
  }

  kept<T>(name: string): T | null {
    if (!this.isStored()) return null;
    const row = this.sql.exec<{ value: string }>("SELECT value FROM kept WHERE name = ?", name).toArray()[0];
    return row === undefined ? null : (JSON.parse(row.value) as T);
  }

  keep(name: string, value: unknown): void {
    const text = "INSERT INTO kept VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    this.sql.exec(text, name, JSON.stringify(value));
  }

  deleteStatesBefore(seq: number): void {
    this.sql.exec("DELETE FROM state_event WHERE seq < ?", seq);
  }

  /** Values whose names begin with `prefix` and come before `name`. */
  deleteKeptBefore(prefix: string, name: string): void {
    this.sql.exec("DELETE FROM kept WHERE name >= ? AND name < ?", prefix, name);
  }
}
