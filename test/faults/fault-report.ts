import type { FaultProxy } from "./fault-proxy.ts";
import type { LaunchProxy } from "./launch-proxy.ts";
import type { Kind } from "./posts.ts";
import type { Moment } from "./run-moments.ts";
import type { Place } from "./where-killed.ts";

export type FaultRunReport = {
  readonly seed: number;
  readonly posts: number;
  readonly kinds: Partial<Record<Kind, number>>;
  readonly seconds: number;
  readonly published: number;
  readonly failed: Record<string, number>;
  readonly attempts: { readonly total: number; readonly most: number };
  readonly kills: number;
  readonly pauses: number;
  readonly outages: number;
  /** Of the processors to Postgres, in the middle of whatever they did. */
  readonly connectionsCut: number;
  readonly downloadsCut: number;
  readonly cancelled: number;
  readonly retried: number;
  readonly emptyUploadsRefused: number;
  readonly requests: number;
  /** Null without a launcher. */
  readonly launches: {
    readonly total: number;
    readonly faults: LaunchProxy["counts"];
    /** How many runs were killed or stopped at each moment of their work. */
    readonly struck: Readonly<Partial<Record<Moment, number>>>;
    /** How far the part of a killed run had come, as the database had it. */
    readonly killedAt: Readonly<Record<Place, number>>;
  } | null;
  readonly faults: FaultProxy["counts"];
  /** By how much the distances between blows were stretched for this machine; 1 where it kept up. */
  readonly slowness: number;
  /** Objects that no pointer named before the garbage collection; none may be left after it. Null without one. */
  readonly garbageObjects: number | null;
  /** Everything that must be empty. */
  readonly violations: readonly string[];
};
