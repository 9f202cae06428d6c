import { z } from "zod";

/*
 * The claims of playback tokens. Names are short because the token stands in every URI of a playlist, and ffmpeg and
 * mpv cut long URLs: a token stays under 1 kB (docs/playback-tokens.md).
 */
export type PlaybackClaims = {
  /** Issued tokens start play sessions; session tokens are one, and stand in playlists. */
  readonly kind: "issued" | "session";
  readonly tokenId: string;
  /** Of a session token its own; an issued token that is used directly is the session named by its own id. */
  readonly sessionId: string;
  readonly videoPostId: string;
  readonly fileIndex: number;
  readonly keyVersion: number;
  /** Prefix of the playlist templates in SOURCE and of the segments in PLAYBACK. */
  readonly objectPath: string;
  /** Names of qualities. Whether a name is known is for its reader to say: one that is not opens nothing. */
  readonly qualities: readonly string[];
  /** Whether the database has a row for the token: what can change, uses and revocation, is there. */
  readonly hasRow: boolean;
  /** Seconds that a session minted from this token lives. */
  readonly sessionSeconds: number;
  /** Seconds since the epoch (RFC 7519 NumericDate). */
  readonly issuedAt: number;
  readonly expiresAt: number;
};

/** RFC 7519 4.1: `jti`, `iat` and `exp` are the registered claims; the others are ours. */
const wireSchema = z.object({
  jti: z.string().min(1).max(64),
  sid: z.string().min(1).max(64).optional(),
  p: z.string().min(1).max(64),
  f: z.int().min(0),
  v: z.int().positive(),
  o: z.string().min(1).max(1024),
  q: z
    .array(z.string().regex(/^[0-9a-z]{1,16}$/))
    .min(1)
    .max(16),
  r: z.union([z.literal(0), z.literal(1)]),
  s: z.int().positive(),
  iat: z.int().positive(),
  exp: z.int().positive(),
});

export function toWire(claims: PlaybackClaims): z.input<typeof wireSchema> {
  return {
    jti: claims.tokenId,
    ...(claims.kind === "session" ? { sid: claims.sessionId } : {}),
    p: claims.videoPostId,
    f: claims.fileIndex,
    v: claims.keyVersion,
    o: claims.objectPath,
    q: [...claims.qualities],
    r: claims.hasRow ? 1 : 0,
    s: claims.sessionSeconds,
    iat: claims.issuedAt,
    exp: claims.expiresAt,
  };
}

/** Null when a payload, though signed, is not one of ours: then another version of us wrote it. */
export function fromWire(payload: unknown): PlaybackClaims | null {
  const parsed = wireSchema.safeParse(payload);
  if (!parsed.success) return null;
  const wire = parsed.data;
  return {
    kind: wire.sid === undefined ? "issued" : "session",
    tokenId: wire.jti,
    sessionId: wire.sid ?? wire.jti,
    videoPostId: wire.p,
    fileIndex: wire.f,
    keyVersion: wire.v,
    objectPath: wire.o,
    qualities: wire.q,
    hasRow: wire.r === 1,
    sessionSeconds: wire.s,
    issuedAt: wire.iat,
    expiresAt: wire.exp,
  };
}

/** The session token that an issued token turns into. Its life is its own, so that nobody is cut off in the middle. */
export function sessionClaims(issued: PlaybackClaims, sessionId: string, nowSeconds: number): PlaybackClaims {
  return {
    ...issued,
    kind: "session",
    sessionId,
    issuedAt: nowSeconds,
    expiresAt: nowSeconds + issued.sessionSeconds,
  };
}
