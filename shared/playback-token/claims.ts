/*
 * The claims of playback tokens. Names are short because the token stands in every URI of a playlist, and ffmpeg and
 * mpv cut long URLs: a token stays under 1,100 characters (docs/playback-tokens.md).
 */
export type PlaybackClaims = {
  /** Issued tokens start play sessions; session tokens are one, and stand in playlists. */
  readonly kind: "issued" | "session";
  readonly tokenId: string;
  /** Of a session token its own; an issued token that is used directly is the session named by its own id. */
  readonly sessionId: string;
  readonly videoPostId: string;
  readonly fileIndex: number;
  /** 0 in a token of clear renditions, which have no keys. */
  readonly keyVersion: number;
  /** Prefix of the playlist templates in SOURCE and of the segments in PLAYBACK; of clear renditions in SOURCE alone. */
  readonly objectPath: string;
  /** Names of qualities. Whether a name is known is for its reader to say: one that is not opens nothing. */
  readonly qualities: readonly string[];
  /** Position of the revocation feed that the issuer had read: a revocation with a higher sequence refuses the token. */
  readonly feedPosition: number;
  /** Version of the post that the token was issued from: a reader that knows an earlier one reads again. */
  readonly postVersion: number;
  /** The viewer that it was issued to, as the id that revocations and limits go by; null for nobody in particular. */
  readonly viewerId: string | null;
  /** The API key that issued it; null for all other ways. */
  readonly apiKeyId: string | null;
  /** Play sessions that the token may start; null for any number. */
  readonly maxUses: number | null;
  /** Sessions that its viewer may have at the same time; null for any number. */
  readonly sessionLimit: ClaimedSessionLimit | null;
  /** Seconds that a session minted from this token lives, and by which a refresh moves its end. */
  readonly sessionSeconds: number;
  /** Seconds since the epoch (RFC 7519 NumericDate). */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** When its session began, in the same seconds: a refresh keeps it. Of an issued token the same as `issuedAt`. */
  readonly startedAt: number;
  /** Issue and end of the token that was issued; of an issued token its own. */
  readonly origin: { readonly issuedAt: number; readonly expiresAt: number };
  /** Where its session began; null when it is bound to nothing. */
  readonly binding: SessionBinding | null;
};

/** The same as SessionLimit of the domain, which this folder does not know. */
type ClaimedSessionLimit = { readonly atMost: number; readonly overflow: "REFUSE" | "END_OLDEST" };

/** A country by its two letters (ISO 3166-1), or a network by the number of its autonomous system. */
export type SessionBinding = string | number;

/** A token without limits costs the database and the play-session counter nothing. */
export function isCounted({ maxUses, sessionLimit }: Pick<PlaybackClaims, "maxUses" | "sessionLimit">): boolean {
  return maxUses !== null || sessionLimit !== null;
}

/** RFC 7519 4.1: `jti`, `iat` and `exp` are the registered claims; the others are ours. */
type Wire = {
  readonly jti: string;
  readonly sid?: string | undefined;
  readonly p: string;
  readonly f: number;
  readonly v: number;
  readonly o: string;
  readonly q: readonly string[];
  readonly w: number;
  readonly pv: number;
  readonly d?: string | undefined;
  readonly a?: string | undefined;
  readonly u?: number | undefined;
  readonly n?: number | undefined;
  readonly g?: 1 | undefined;
  readonly s: number;
  readonly iat: number;
  readonly exp: number;
  readonly t?: number | undefined;
  readonly ia?: number | undefined;
  readonly x?: number | undefined;
  readonly b?: SessionBinding | undefined;
};

export function toWire(claims: PlaybackClaims): Wire {
  const { sessionLimit, origin } = claims;
  const isSession = claims.kind === "session";
  return {
    jti: claims.tokenId,
    // JSON leaves out what is undefined.
    sid: isSession ? claims.sessionId : undefined,
    p: claims.videoPostId,
    f: claims.fileIndex,
    v: claims.keyVersion,
    o: claims.objectPath,
    q: [...claims.qualities],
    w: claims.feedPosition,
    pv: claims.postVersion,
    d: claims.viewerId ?? undefined,
    a: claims.apiKeyId ?? undefined,
    u: claims.maxUses ?? undefined,
    n: sessionLimit?.atMost,
    g: sessionLimit?.overflow === "END_OLDEST" ? 1 : undefined,
    s: claims.sessionSeconds,
    iat: claims.issuedAt,
    exp: claims.expiresAt,
    t: claims.startedAt === claims.issuedAt ? undefined : claims.startedAt,
    ia: isSession ? claims.issuedAt - origin.issuedAt : undefined,
    x: isSession ? origin.expiresAt - origin.issuedAt : undefined,
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
    feedPosition: wire.w,
    postVersion: wire.pv,
    viewerId: wire.d ?? null,
    apiKeyId: wire.a ?? null,
    maxUses: wire.u ?? null,
    sessionLimit: wire.n === undefined ? null : { atMost: wire.n, overflow: wire.g === 1 ? "END_OLDEST" : "REFUSE" },
    sessionSeconds: wire.s,
    issuedAt: wire.iat,
    expiresAt: wire.exp,
    startedAt: wire.t ?? wire.iat,
    origin: originOf(wire),
    binding: wire.b ?? null,
  };
}

/** Of a session in seconds before its own time of issue, and of life: shorter than two times. */
function originOf({ iat, exp, ia, x }: Wire): PlaybackClaims["origin"] {
  if (ia === undefined || x === undefined) return { issuedAt: iat, expiresAt: exp };
  return { issuedAt: iat - ia, expiresAt: iat - ia + x };
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
  const wire = payload as Partial<Record<keyof Wire, unknown>>;
  const { sid, t, b } = wire;
  return (
    isText(wire.jti, 64) &&
    isText(wire.p, 64) &&
    isCount(wire.f) &&
    isCount(wire.v) &&
    isText(wire.o, 1024) &&
    isQualityNames(wire.q) &&
    isPositive(wire.s) &&
    isPositive(wire.iat) &&
    isPositive(wire.exp) &&
    isLimited(wire) &&
    (t === undefined || isPositive(t)) &&
    (b === undefined || isText(b, 8) || isPositive(b)) &&
    (sid === undefined
      ? wire.ia === undefined && wire.x === undefined
      : isText(sid, 64) && Number.isSafeInteger(wire.ia) && isPositive(wire.x))
  );
}

function isLimited({ w, pv, d, a, u, n, g }: Partial<Record<keyof Wire, unknown>>): boolean {
  return (
    isCount(w) &&
    isPositive(pv) &&
    (d === undefined || isText(d, 64)) &&
    (a === undefined || isText(a, 64)) &&
    (u === undefined || isPositive(u)) &&
    // Sessions are limited for a viewer, or for nobody.
    (n === undefined ? g === undefined : isPositive(n) && d !== undefined) &&
    (g === undefined || g === 1)
  );
}

const QUALITY_NAME = /^[0-9a-z]{1,16}$/;

function isQualityNames(value: unknown): boolean {
  if (!Array.isArray(value) || value.length < 1 || value.length > 16) return false;
  return value.every((name) => typeof name === "string" && QUALITY_NAME.test(name));
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
