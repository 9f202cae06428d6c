import { describe, expect, it } from "vitest";
import type { QualityAuth } from "../quality/quality-auth.ts";
import { upsertQualityAuth } from "./quality-policies.ts";
import { applied, encrypted, NOW, part, playingPost, staged, transcoded, waitingPost } from "./ready-post.fixture.ts";
import { replaced, stagedAs, switchTo, transcodedAs } from "./replaced-part.fixture.ts";
import { deleteVideoPost } from "./video-post.ts";

const gold: QualityAuth = { quality: "720p", policy: "ENTITLED", entitlement: "gold" };
const denied: QualityAuth = { quality: "480p", policy: "DENIED", entitlement: null };
const byQuality = (list: readonly QualityAuth[]) => Object.fromEntries(list.map((auth) => [auth.quality, auth]));

describe("policies that are set", () => {
  it("replace those of the same qualities, and leave the others and all else of the post as they were", () => {
    const before = playingPost();
    const after = applied(upsertQualityAuth(before, 0, [gold], NOW + 1));
    expect(byQuality(part(after).qualityAuth)).toEqual({
      "720p": gold,
      "480p": { quality: "480p", policy: "PUBLIC", entitlement: null },
    });
    const files = [{ ...part(after), qualityAuth: part(before).qualityAuth }];
    expect({ ...after, files, updatedAt: before.updatedAt }).toEqual(before);
  });

  it("change nothing when they are set again, in any order", () => {
    const post = applied(upsertQualityAuth(playingPost(), 0, [gold, denied], NOW));
    expect(upsertQualityAuth(post, 0, [denied, gold], NOW + 1)).toEqual({ kind: "unchanged", value: "unchanged" });
  });

  it("may come before the first key, and stay when it is made", () => {
    const early = applied(upsertQualityAuth(transcoded(waitingPost()), 0, [denied], NOW));
    expect(byQuality(part(staged(early)).qualityAuth)["480p"]).toEqual(denied);
  });

  it("may come before the transcode and are kept by the first keys, which add defaults for the others alone", () => {
    const early = applied(upsertQualityAuth(waitingPost(), 0, [denied, { ...gold, quality: "1080p" }], NOW));
    const first = encrypted(transcoded(early));
    expect(byQuality(part(first).qualityAuth)).toEqual({
      "480p": denied,
      "720p": { quality: "720p", policy: "ENTITLED", entitlement: "720p" },
      "1080p": { ...gold, quality: "1080p" },
    });
    expect(upsertQualityAuth(first, 0, [{ ...gold, quality: "360p" }], NOW)).toMatchObject({
      refusal: { kind: "invalid", detail: "the part has no quality 360p" },
    });
  });

  it("are of audio alone where the post is AUDIO", () => {
    const audio = { ...waitingPost(), resourceType: "AUDIO" } as const;
    expect(upsertQualityAuth(audio, 0, [denied], NOW)).toMatchObject({ refusal: { kind: "invalid" } });
    expect(upsertQualityAuth(audio, 0, [{ ...denied, quality: "96k" }], NOW)).toMatchObject({ kind: "changed" });
  });

  it("may come before a replacement plays, also for a quality that the part has not had", () => {
    const top: QualityAuth = { ...gold, quality: "1080p" };
    expect(upsertQualityAuth(playingPost(), 0, [top], NOW)).toMatchObject({ refusal: { kind: "invalid" } });
    const waiting = applied(upsertQualityAuth(replaced(playingPost()), 0, [top, denied], NOW));
    const { post } = switchTo(stagedAs(transcodedAs(waiting), 2), 2);
    expect(byQuality(part(post).qualityAuth)).toMatchObject({ "1080p": top, "480p": denied });
  });

  it("outlive a rotation", () => {
    const rotated = encrypted(applied(upsertQualityAuth(playingPost(), 0, [gold, denied], NOW)), 2);
    expect(byQuality(part(rotated).qualityAuth)).toEqual({ "720p": gold, "480p": denied });
  });

  it.each<[string, QualityAuth[], RegExp]>([
    ["ENTITLED to nothing", [{ ...gold, entitlement: null }], /needs an entitlement/],
    ["ENTITLED to an empty name", [{ ...gold, entitlement: "" }], /needs an entitlement/],
    ["PUBLIC with an entitlement", [{ ...gold, policy: "PUBLIC" }], /only ENTITLED/],
    ["DENIED with an entitlement", [{ ...denied, entitlement: "gold" }], /only ENTITLED/],
    ["a quality that the part has not", [{ ...denied, quality: "1080p" }], /no quality 1080p/],
    ["one quality twice", [gold, { ...gold, entitlement: "silver" }], /twice/],
    ["one that is wrong beside one that is right", [gold, { ...denied, quality: "96k" }], /no quality 96k/],
  ])("are refused whole: %s", (_, policies, detail) => {
    expect(upsertQualityAuth(playingPost(), 0, policies, NOW)).toMatchObject({
      kind: "refused",
      refusal: { kind: "invalid", detail: expect.stringMatching(detail) },
    });
  });

  it("are refused for a part that is not there, and for a post that was deleted", () => {
    expect(upsertQualityAuth(playingPost(), 1, [gold], NOW)).toMatchObject({ refusal: { kind: "not-found" } });
    const deleted = applied(deleteVideoPost(playingPost(), NOW));
    expect(upsertQualityAuth(deleted, 0, [gold], NOW)).toMatchObject({ refusal: { kind: "deleted" } });
  });
});
