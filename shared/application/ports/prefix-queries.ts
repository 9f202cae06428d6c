/**
 * What a stored prefix is to the database. named: a part that is not deleted, or an upload, points to it. live: a job of
 * its part has not ended. retiring: its keys are still served. unknown: no job of this database has made it. garbage:
 * none of these.
 */
export type PrefixStatus = "named" | "live" | "retiring" | "unknown" | "garbage";

/** Of a replaced version; `until` is when its keys end, in ms. */
export type ReplacedUse =
  | { readonly kind: "named" | "unknown" | "garbage" }
  | { readonly kind: "retiring"; readonly until: number };

export interface PrefixQueries {
  /** In the order of `prefixes`. A text that is not a prefix of this layout is unknown. */
  classifyPrefixes(prefixes: readonly string[], now: number): Promise<readonly PrefixStatus[]>;
  /** Of the prefix of a version that has played. Nothing writes below it, so no live job protects it. */
  replacedUse(prefix: string, now: number): Promise<ReplacedUse>;
}
