import { ownerOfPrefix } from "../../shared/domain/job-outcomes/prefix-owner.ts";
import type { Caption } from "../../shared/domain/part/caption.ts";
import type { PlaybackClaims } from "../../shared/playback-token/claims.ts";
import type { Later } from "../gate/freshness.ts";
import type { Gate, Known } from "../gate/gate.ts";
import type { PartSnapshot } from "../gate/part-snapshots.ts";
import { rareReadings } from "../gate/rare-readings.ts";

/** Captions and chapters of parts, by what the isolate knows of them: no viewer costs a statement. */
export type PartTexts = {
  /** What the multivariant playlist names. Empty while the database is away and the isolate knows nothing. */
  readonly captionsOf: (claims: PlaybackClaims, later: Later) => Promise<readonly Caption[]>;
  /** The part of a token whose texts may be read, or why they may not. */
  readonly open: (claims: PlaybackClaims, later: Later, isThere: IsThere) => Promise<OpenedPart>;
};

/** Whether the part has what is requested; else it is read again, once in a while. */
type IsThere = (part: PartSnapshot) => boolean;

export type OpenedPart =
  | { readonly kind: "part"; readonly part: PartSnapshot }
  | { readonly kind: "refused"; readonly code: "not-found" | "deleted" | "token-revoked" | "unavailable" };

export function partTexts(gate: Gate, now: () => number): PartTexts {
  const again = rareReadings(gate, now);

  /** A token that was issued from a later save than the isolate knows makes it read again. */
  const knownPart = async (claims: PlaybackClaims, later: Later): Promise<Known | "away"> => {
    const known = await gate.part(claims, later);
    if (known === "away" || known.part === null || known.part.postVersion >= claims.postVersion) return known;
    return (await again(claims, later)) ?? known;
  };

  return {
    captionsOf: async (claims, later) => {
      const known = await knownPart(claims, later);
      if (known === "away" || known.part === null) return [];
      return isOfSameSource(claims, known.part) ? known.part.captions : [];
    },
    open: async (claims, later, isThere) => {
      const first = await knownPart(claims, later);
      if (first === "away") return { kind: "refused", code: "unavailable" };
      const isFound = first.part !== null && isThere(first.part);
      const known = isFound ? first : ((await again(claims, later)) ?? first);
      if (known === "away") return { kind: "refused", code: "unavailable" };
      const revoked = await gate.isRevoked(claims, later);
      if (revoked !== false) return { kind: "refused", code: revoked === "away" ? "unavailable" : "token-revoked" };
      const { part } = known;
      if (part === null) return { kind: "refused", code: "not-found" };
      if (part.isRemoved || part.postStatus === "DELETED") return { kind: "refused", code: "deleted" };
      return isThere(part) ? { kind: "part", part } : { kind: "refused", code: "not-found" };
    },
  };
}

/** The times of captions are those of one source: a token of a source that was replaced gets none. */
function isOfSameSource({ objectPath }: PlaybackClaims, { playing }: PartSnapshot): boolean {
  return playing !== null && jobOf(objectPath) === jobOf(playing.prefix);
}

function jobOf(prefix: string): string | null {
  const owner = ownerOfPrefix(prefix);
  return owner?.kind === "encrypted" ? owner.transcodeJobId : null;
}
