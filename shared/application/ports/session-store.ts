/** Counted play sessions: a refresh moves their end, and they may be ended early. */
export interface SessionStore {
  /** One round trip. Moves the ends of the session and of its token only where both are still valid. */
  refresh(input: SessionRefresh): Promise<SessionReading>;
  /** One round trip. False when there is no such session or it has ended before. */
  end(session: EndSession): Promise<boolean>;
}

export type SessionRefresh = {
  readonly tokenId: string;
  /** Null for a token without a row: only its key version is read. */
  readonly sessionId: string | null;
  readonly videoPostId: string;
  readonly fileIndex: number;
  readonly keyVersion: number;
  readonly expiresAt: number;
  readonly now: number;
};

/** Always one row: nulls where nothing was found. */
export type SessionReading = {
  readonly tokenStatus: "ACTIVE" | "REVOKED" | null;
  readonly sessionEndedAt: number | null;
  /** Whether keys of that version are still served. */
  readonly keysUsable: boolean;
};

export type EndSession = { readonly tokenId: string; readonly sessionId: string; readonly now: number };
