import { type Refusal, readRefusal } from "../../../player/session/problem.ts";
import type { Part } from "./playback-grant.ts";

/** A request that a curious viewer makes by hand. */
export type AttemptReport = {
  readonly kind: "playlist" | "key";
  readonly keyId?: string;
  readonly status: number;
  /** Null if it was served, which must not happen. */
  readonly refusal: Refusal | null;
  readonly how: string;
};

export type Attempt = {
  readonly part: Part;
  /** The locked quality. */
  readonly quality: string;
  /** An allowed quality to ask for instead; null if there is none. */
  readonly allowedQuality: string | null;
  /** Key id from an earlier viewer of this page; null if unknown. */
  readonly keyId: string | null;
  /** The viewer's token. */
  readonly token: string;
};

/** Requests what the viewer may not have, by URLs that are in none of their playlists. */
export async function attemptLocked(attempt: Attempt): Promise<readonly AttemptReport[]> {
  const { part, quality, allowedQuality, keyId, token } = attempt;
  const playlist = `/video/enc/videoResource/${part.videoPostId}/${part.fileIndex}/${quality}/index.m3u8?token=${token}`;
  const keyUrl = (id: string, named: string) => `/video/enc/key?keyId=${id}&quality=${named}&token=${token}`;
  const reports = [await ask(playlist, { kind: "playlist", how: "hand-made URL" })];
  if (keyId === null) {
    reports.push(await ask(keyUrl("unknown", quality), { kind: "key", how: "invented key id" }));
    return reports;
  }
  reports.push(await ask(keyUrl(keyId, quality), { kind: "key", keyId, how: "its real key id" }));
  if (allowedQuality !== null) {
    const how = `its real key id, requested as ${allowedQuality}`;
    reports.push(await ask(keyUrl(keyId, allowedQuality), { kind: "key", keyId, how }));
  }
  return reports;
}

async function ask(url: string, what: Pick<AttemptReport, "kind" | "keyId" | "how">): Promise<AttemptReport> {
  try {
    const reply = await fetch(url, { cache: "no-store" });
    const refusal = reply.ok ? null : readRefusal(reply.status, await reply.text());
    return { ...what, status: reply.status, refusal };
  } catch {
    return { ...what, status: 0, refusal: readRefusal(0, "") };
  }
}
