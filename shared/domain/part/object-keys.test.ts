import { describe, expect, it } from "vitest";
import {
  clearPrefix,
  encryptedPrefix,
  importPrefix,
  mediaPlaylistKey,
  multivariantKey,
  segmentKey,
  uploadChunkKey,
  uploadPrefix,
} from "./object-keys.ts";

describe("the keys of objects", () => {
  const clear = clearPrefix("a-film", "job-1", 2);
  const encrypted = encryptedPrefix(clear, 3, 4);

  it("lie where docs/storage-layout.md says", () => {
    expect([
      uploadPrefix("u1"),
      uploadChunkKey(uploadPrefix("u1"), 8_388_608),
      segmentKey(importPrefix("film-7", "0123456789abcdef0123456789abcdef", 2), "720p", 1),
      segmentKey(clear, "1080p", 1),
      multivariantKey(encrypted),
      mediaPlaylistKey(encrypted, "360p"),
      segmentKey(encrypted, "360p", 61),
    ]).toEqual([
      "uploads/u1/",
      "uploads/u1/000000008388608",
      "imports/film-7/0123456789abcdef0123456789abcdef/2/720p/seg_00001.ts",
      "a-film/job-1/c2/1080p/seg_00001.ts",
      "a-film/job-1/enc/k3-c4/master.m3u8",
      "a-film/job-1/enc/k3-c4/360p/index.m3u8",
      "a-film/job-1/enc/k3-c4/360p/seg_00061.ts",
    ]);
  });

  it("are different for every claim and every key version, so that nothing is overwritten", () => {
    const claims = [1, 2, 10, 11, 110];
    const prefixes = claims.flatMap((claimNo) => [
      clearPrefix("a-film", "job-1", claimNo),
      ...claims.map((keyVersion) => encryptedPrefix(clear, keyVersion, claimNo)),
    ]);
    expect(new Set(prefixes).size).toBe(prefixes.length);
  });

  it("lie beside the clear renditions under their original slug, also if the slug looks like a claim", () => {
    expect(encryptedPrefix("c1/c2/c3/", 1, 1)).toBe("c1/c2/enc/k1-c1/");
    expect(encryptedPrefix("第一話/job/c12/", 1, 1)).toBe("第一話/job/enc/k1-c1/");
  });

  it("sort, for chunks, like their offsets, up to the largest object", () => {
    const offsets = [0, 9, 10, 4_999_999_999_999, 5_497_558_138_880];
    const names = offsets.map((offset) => uploadChunkKey("p/", offset));
    expect(names.toSorted()).toEqual(names);
  });

  it("continue, for segments, beyond five digits", () => {
    expect(segmentKey("p/", "96k", 100_000)).toBe("p/96k/seg_100000.ts");
  });
});
