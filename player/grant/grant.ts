/** What a player starts with: the answer of token issue, or the address of a multivariant playlist alone. */
export type Grant = {
  /** Absolute, or a path on the service. */
  readonly masterUrl: string;
  /** Best first. */
  readonly qualities?: readonly string[] | undefined;
  /** Qualities of the part that the token does not allow, best first. */
  readonly lockedQualities?: readonly string[] | undefined;
};

/** What a viewer without credentials may ask a token for. */
export type Part = { readonly videoPostId: string; readonly fileIndex: number };
