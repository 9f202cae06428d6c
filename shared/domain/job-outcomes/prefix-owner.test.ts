import { describe, expect, it } from "vitest";
import {
  clearPrefix,
  encryptedPrefix,
  imageKey,
  imagesPrefix,
  importPrefix,
  mediaPlaylistKey,
  multivariantKey,
  posterKey,
  posterPrefix,
  segmentKey,
  uploadChunkKey,
  uploadPrefix,
} from "../part/object-keys.ts";
import { slugOf } from "../post/slug.ts";
import { ownerOfPrefix, prefixOfObject } from "./prefix-owner.ts";

const titles = ["A film", "Uploads", "Posters", "Imports", "enc", "c1", "Épisode 1", "第一集", ""];

const UPLOAD = "Zk3v_0aB-cDeFgHiJkLmNw";
const JOB = "019a4f6e-7c3b-7d21-9f00-3c5e1b2a4d68";

describe("a stored object", () => {
  it.each(titles)("belongs to the claim or upload that its key was built for, whatever its title: %j", (title) => {
    const clear = clearPrefix(slugOf(title), "job-1", 12);
    const encrypted = encryptedPrefix(clear, 3, 4);
    const upload = uploadPrefix(UPLOAD);
    const imported = importPrefix("film-7", "0123456789abcdef0123456789abcdef", 12);
    expect([segmentKey(clear, "1080p", 1), mediaPlaylistKey(clear, "96k")].map(prefixOfObject)).toEqual([clear, clear]);
    expect([multivariantKey(encrypted), segmentKey(encrypted, "360p", 99_999)].map(prefixOfObject)).toEqual([
      encrypted,
      encrypted,
    ]);
    expect(prefixOfObject(uploadChunkKey(upload, 8_388_608))).toBe(upload);
    expect([segmentKey(imported, "720p", 1), mediaPlaylistKey(imported, "96k")].map(prefixOfObject)).toEqual([
      imported,
      imported,
    ]);
    expect(prefixOfObject(imageKey(imagesPrefix(clear, UPLOAD), "poster", 1))).toBe(clear);
    expect(prefixOfObject(posterKey(UPLOAD))).toBe(posterPrefix(UPLOAD));
    expect(ownerOfPrefix(posterPrefix(UPLOAD))).toEqual({ kind: "poster", posterId: UPLOAD });
    expect(ownerOfPrefix(imported)).toEqual({ kind: "import", importId: "film-7" });
    expect(ownerOfPrefix(clear)).toEqual({ kind: "clear", transcodeJobId: "job-1", claimNo: 12 });
    expect(ownerOfPrefix(encrypted)).toEqual({ kind: "encrypted", transcodeJobId: "job-1", keyVersion: 3, claimNo: 4 });
    expect(ownerOfPrefix(upload)).toEqual({ kind: "upload", uploadId: UPLOAD });
  });

  it.each([
    "readme.txt",
    "backup/db.sql",
    "backup/2026/db.sql",
    `uploads/${UPLOAD}/notes.txt`,
    `uploads/${UPLOAD}/00000000000000`,
    `uploads/${UPLOAD}/000000000000000/x`,
    `uploads/${JOB}/000000000000000`,
    `posters/${UPLOAD}/other`,
    `posters/${UPLOAD}/c1/360p/seg_00001.ts`,
    "uploads/u1/000000000000000",
    "imports/film-7/0123456789abcdef/0/720p/seg_00001.ts",
    "imports/film-7/0123456789abcdef0123456789abcdef/x/720p/seg_00001.ts",
    "imports/film-7/0123456789abcdef0123456789abcdef/0/",
    "a-film/job-1/c1/",
    "a-film/job-1/c1",
    "a-film/job-1/cx/seg_00001.ts",
    "a-film/job-1/enc/k1/seg_00001.ts",
    "deep/a-film/job-1/c1/360p/seg_00001.ts",
    "/job-1/c1/360p/seg_00001.ts",
  ])("of another layout belongs to nobody: %s", (key) => {
    expect(prefixOfObject(key)).toBeNull();
  });

  it.each([
    "",
    "a-film/",
    "a-film/job-1/",
    "a-film/job-1/c1",
    "a-film/job-1/c1/360p/",
    "uploads/",
    "uploads//",
    "uploads/u1/",
    `uploads/${UPLOAD}x/`,
    `uploads/${JOB}/`,
    `imports/${JOB}/`,
    `uploads/${UPLOAD.slice(1)}%/`,
    "x/y/z/",
  ])("is not deleted by the prefix of more or less than one claim or upload: %j", (prefix) => {
    expect(ownerOfPrefix(prefix)).toBeNull();
  });
});
