import type { TokenSelection, TokenStore } from "../ports/token-store.ts";

export type TokenRevocation = {
  /** Tokens that were good until now. */
  readonly revoked: number;
  /** False when there are more than one request may revoke: asked again, it goes on. */
  readonly complete: boolean;
};

/** Rows of one statement; and statements of one request, well under what a Worker may send to D1. */
const BATCH = 1000;
const BATCHES = 100;

/**
 * Revokes rows of tokens, in batches. The gate refuses them and all their sessions from the statement on. Tokens without
 * a row are not reached by this: they end with their key version. No post is loaded or saved.
 */
export async function revokeVideoHlsKeyTokens(
  tokens: Pick<TokenStore, "revoke">,
  selection: TokenSelection,
  batch = BATCH,
): Promise<TokenRevocation> {
  let revoked = 0;
  for (let round = 0; round < BATCHES; round++) {
    const changed = await tokens.revoke(selection, batch);
    revoked += changed;
    if (changed < batch) return { revoked, complete: true };
  }
  return { revoked, complete: false };
}
