import type { KnownState, Minted } from "./job-state.ts";

/* What the route of a stream and the objects of events exchange. */

/** A client that wants a stream. */
export type NewClient = {
  /** The id of its caller, for the limit. */
  readonly owner: string;
  readonly lastEventId: string | null;
  /** The end of the stream, in ms. */
  readonly until: number;
};

export type AttachToJob = NewClient & { readonly known: KnownState };

/** `known`: what the client is shown first. `minted`: of the completed jobs among what it missed, by the name of the job. */
export type AttachToCaller = NewClient & {
  readonly running: readonly KnownState[];
  readonly recent: readonly KnownState[];
  readonly minted: Readonly<Record<string, Minted>>;
};

/** Why there is no stream, or the whole text of one that ends at once. */
export type AttachAnswer =
  | { readonly kind: "text"; readonly text: string }
  /** The job has ended, and nothing is stored about it. */
  | { readonly kind: "ended" }
  /** The client has all events of a job that has ended. */
  | { readonly kind: "nothing-more" }
  /** The object knows a newer state than the request brings. */
  | { readonly kind: "newer" }
  /** The completed jobs among the missed events. */
  | { readonly kind: "mint"; readonly jobs: readonly string[] }
  | { readonly kind: "full" | "too-many" };
