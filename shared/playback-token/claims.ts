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
  /** Whether its row limits the sessions that its viewer may have at the same time: the gate then counts them. */
  readonly limited: boolean;
  /** Seconds that a session minted from this token lives, and by which a refresh moves its end. */
  readonly sessionSeconds: number;
  /** Seconds since the epoch (RFC 7519 NumericDate). */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** When its session began, in the same seconds: a refresh keeps it. Of an issued token the same as `issuedAt`. */
  readonly startedAt: number;
  /** Where its session began; null when it is bound to nothing. */
  readonly binding: SessionBinding | null;
};

/** A country by its two letters (ISO 3166-1), or a network by the number of its autonomous system. */
export type SessionBinding = string | number;

/** RFC 7519 4.1: `jti`, `iat` and `exp` are the registered claims; the others are ours. */
type Wire = {
  readonly jti: string;
  readonly sid?: string | undefined;
  readonly p: string;
  readonly f: number;
  readonly v: number;
  readonly o: string;
  readonly q: readonly string[];
  readonly r: 0 | 1;
  readonly l?: 1 | undefined;
  readonly s: number;
  readonly iat: number;
  readonly exp: number;
  readonly t?: number | undefined;
  readonly b?: SessionBinding | undefined;
};

export function toWire(claims: PlaybackClaims): Wire {
  return {
    jti: claims.tokenId,
    // JSON leaves out what is undefined.
    sid: claims.kind === "session" ? claims.sessionId : undefined,
    p: claims.videoPostId,
    f: claims.fileIndex,
    v: claims.keyVersion,
    o: claims.objectPath,
    q: [...claims.qualities],
    r: claims.hasRow ? 1 : 0,
    l: claims.limited ? 1 : undefined,
    s: claims.sessionSeconds,
    iat: claims.issuedAt,
    exp: claims.expiresAt,
    t: claims.startedAt === claims.issuedAt ? undefined : claims.startedAt,
    b: claims.binding ?? undefined,
  };
}

/** Null when a payload, though signed, is not one of ours: then another version of us wrote it. */
export function fromWire(wire: unknown): PlaybackClaims | null {
  if (!isWire(wire)) return null;
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
    limited: wire.l === 1,
    sessionSeconds: wire.s,
    issuedAt: wire.iat,
    expiresAt: wire.exp,
    startedAt: wire.t ?? wire.iat,
    binding: wire.b ?? null,
  };
}

/** The session token that an issued token turns into. Its life is its own, so that nobody is cut off in the middle. */
export function sessionClaims(
  issued: PlaybackClaims,
  sessionId: string,
  nowSeconds: number,
  binding: SessionBinding | null = null,
): PlaybackClaims {
  return {
    ...issued,
    kind: "session",
    sessionId,
    issuedAt: nowSeconds,
    expiresAt: nowSeconds + issued.sessionSeconds,
    startedAt: nowSeconds,
    binding,
  };
}

/**
 * The same session with a later end: another life from now on, but none after `longestSeconds` from its first start.
 * A session that is there already keeps the end that it has.
 */
export function refreshedClaims(session: PlaybackClaims, nowSeconds: number, longestSeconds: number): PlaybackClaims {
  const latest = session.startedAt + longestSeconds;
  const expiresAt = Math.max(session.expiresAt, Math.min(nowSeconds + session.sessionSeconds, latest));
  return { ...session, issuedAt: nowSeconds, expiresAt };
}

/**
 * By hand and not by a schema: every playlist and every key passes here, and zod, which may not compile its schemas in
 * a Worker, took longer for it than the platform for the signature.
 */
function isWire(payload: unknown): payload is Wire {
  if (typeof payload !== "object" || payload === null) return false;
  const { jti, sid, p, f, v, o, q, r, l, s, iat, exp, t, b } = payload as Record<keyof Wire, unknown>;
  return (
    isText(jti, 64) &&
    (sid === undefined || isText(sid, 64)) &&
    isText(p, 64) &&
    isCount(f) &&
    isPositive(v) &&
    isText(o, 1024) &&
    isQualityNames(q) &&
    (r === 0 || r === 1) &&
    (l === undefined || l === 1) &&
    [s, iat, exp].every(isPositive) &&
    (t === undefined || isPositive(t)) &&
    (b === undefined || isText(b, 8) || isPositive(b))
  );
}

function isQualityNames(value: unknown): boolean {
  if (!Array.isArray(value) || value.length < 1 || value.length > 16) return false;
  return value.every((name) => typeof name === "string" && /^[0-9a-z]{1,16}$/.test(name));
}

function isText(value: unknown, longest: number): boolean {
  return typeof value === "string" && value.length > 0 && value.length <= longest;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isPositive(value: unknown): boolean {
  return isCount(value) && value !== 0;
}
