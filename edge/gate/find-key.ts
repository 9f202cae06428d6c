import type { StoredKey } from "../../shared/application/ports/gate-readings.ts";
import type { PlaybackClaims } from "../../shared/playback-token/claims.ts";
import type { PartSnapshot } from "./part-snapshots.ts";

export type FoundKey =
  | { readonly kind: "key"; readonly key: StoredKey }
  | { readonly kind: "refused"; readonly reason: "key-unknown" | "key-superseded" }
  /** The token knows more than the snapshot: only a later one can refuse it. */
  | { readonly kind: "behind" };

type Asked = { readonly keyId: string; readonly quality: string };

/** The key that a valid token asks for, of a part as it is known. `now` in ms. */
export function findKey(
  part: PartSnapshot | null,
  claims: Pick<PlaybackClaims, "keyVersion" | "postVersion">,
  asked: Asked,
  now: number,
): FoundKey {
  const key = part?.keysById.get(asked.keyId);
  const belongs = key !== undefined && key.keyVersion === claims.keyVersion && key.quality === asked.quality;
  if (part !== null && part.postStatus !== "DELETED" && belongs && isUsable(key, now)) {
    return { kind: "key", key };
  }
  if (part === null || part.postVersion < claims.postVersion) return { kind: "behind" };
  return { kind: "refused", reason: keyRefusal(part, claims.keyVersion, now) };
}

/** Why a part as it is known for certain has no such key. */
export function keyRefusal(
  part: PartSnapshot | null,
  keyVersion: number,
  now: number,
): "key-unknown" | "key-superseded" {
  if (part === null || part.postStatus === "DELETED") return "key-superseded";
  const plays = part.keys.some((key) => key.keyVersion === keyVersion && isUsable(key, now));
  return plays ? "key-unknown" : "key-superseded";
}

function isUsable({ status, usableUntil }: StoredKey, now: number): boolean {
  return status === "ACTIVE" || (usableUntil ?? 0) > now;
}
