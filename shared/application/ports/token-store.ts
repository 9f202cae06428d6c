import type { ContentKeyStatus } from "../../domain/content-key.ts";
import type { SessionLimit } from "../../domain/play-session.ts";
import type { Quality } from "../../domain/quality.ts";
import type { QualityAuth } from "../../domain/quality-auth.ts";
import type { VideoPostStatus } from "../../domain/video-post.ts";

export interface TokenStore {
  findPlayablePart(videoPostId: string, fileIndex: number): Promise<PlayablePart | null>;
  /** Writes the row only while the part plays that key version; false when it no longer does. */
  issue(row: TokenRow, now: number): Promise<boolean>;
  /** The key endpoint's one round trip. */
  consume(input: GateInput): Promise<GateReading>;
  /** Revokes at most `limit` ACTIVE rows and returns how many: fewer than `limit` means that none is left. */
  revoke(selection: TokenSelection, limit: number): Promise<number>;
  deleteExpired(now: number, limit: number): Promise<DeletedTokens>;
}

/** What token issue has to know of a part; one read. */
export type PlayablePart = {
  readonly postStatus: VideoPostStatus;
  readonly fileId: string;
  readonly durationSeconds: number | null;
  readonly playing: { readonly prefix: string; readonly keyVersion: number } | null;
  /** Of an imported part that does not play, unless its re-key is in progress. A cancelled re-key counts as failed. */
  readonly migration: "waiting" | "failed" | null;
  readonly qualityAuth: readonly QualityAuth[];
};

export type TokenRow = {
  readonly tokenId: string;
  readonly fileId: string;
  readonly keyVersion: number;
  readonly allowedQualities: readonly Quality[];
  readonly viewer: string | null;
  readonly maxUses: number | null;
  readonly sessionLimit: SessionLimit | null;
  readonly startBefore: number;
  readonly deleteAfter: number;
};

export type TokenSelection =
  | { readonly kind: "token"; readonly tokenId: string }
  /** By the name that the token was issued to. */
  | { readonly kind: "viewer"; readonly viewer: string }
  | { readonly kind: "file"; readonly fileId: string };

/** `complete`: no expired token is left. */
export type DeletedTokens = { readonly tokens: number; readonly complete: boolean };

export type GateInput = {
  readonly tokenId: string;
  /** Null for a token without a row: nothing is counted. */
  readonly sessionId: string | null;
  readonly keyId: string;
  readonly quality: Quality;
  readonly videoPostId: string;
  readonly fileIndex: number;
  readonly keyVersion: number;
  /** Whether the token's row limits the sessions of its viewer. */
  readonly limited: boolean;
  /** The end of the session, in ms. */
  readonly expiresAt: number;
  readonly now: number;
};

/** Always one row: nulls where nothing was found. */
export type GateReading = {
  readonly tokenStatus: "ACTIVE" | "REVOKED" | null;
  /** The viewer that the token's row names. */
  readonly viewer: string | null;
  readonly tokenStartBefore: number | null;
  readonly counted: boolean;
  readonly sessionEndedAt: number | null;
  /** Whether the token may start another session. Read only where sessions are limited, false elsewhere. */
  readonly usesLeft: boolean;
  readonly key: {
    readonly belongs: boolean;
    readonly quality: Quality;
    readonly keyVersion: number;
    readonly fileId: string;
    readonly status: ContentKeyStatus;
    readonly usableUntil: number | null;
    readonly wrappedKey: string;
    readonly kekId: string;
  } | null;
};
