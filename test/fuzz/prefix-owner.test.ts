import { expect, it } from "vitest";
import { ownerOfPrefix, prefixOfObject } from "../../shared/domain/job-outcomes/prefix-owner.ts";
import {
  clearPrefix,
  encryptedPrefix,
  importPrefix,
  mediaPlaylistKey,
  multivariantKey,
  posterKey,
  posterPrefix,
  segmentKey,
  uploadChunkKey,
  uploadPrefix,
} from "../../shared/domain/part/object-keys.ts";
import { slugOf } from "../../shared/domain/post/slug.ts";
import { seededRandom } from "../fixtures/seeded-random.ts";
import { fuzzPlan } from "./fuzz-plan.ts";
import { chosen, count, type Random } from "./mutate-text.ts";

/* Stores of random titles and ids: what is deleted by one prefix never holds an object of another. */

const STORES = 300;
const PREFIXES = 24;
const { seed, numbers } = fuzzPlan(STORES, process.env);
const TITLES = [
  "Uploads",
  "uploads!",
  "Posters",
  "Imports",
  "enc",
  "c1",
  "k1-c1",
  "A film",
  "",
  "第一集",
  "uploads 2",
  "0 1",
];
const HEX = "0123456789abcdef";
const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

type Stored = { readonly prefix: string; readonly keys: readonly string[] };

function drawn(random: Random, alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join("");
}

const uuid = (random: Random) => drawn(random, HEX, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");

/** Few ids, so that an upload, an import and jobs of several titles share one. */
function storeOf(random: Random): Stored[] {
  const jobs = [uuid(random), uuid(random)];
  const make = (): Stored => {
    const clear = clearPrefix(slugOf(chosen(random, TITLES)), chosen(random, jobs), count(random, 12));
    switch (count(random, 5)) {
      case 1:
        return { prefix: clear, keys: [segmentKey(clear, "1080p", 1), mediaPlaylistKey(clear, "96k")] };
      case 2: {
        const prefix = encryptedPrefix(clear, count(random, 12), count(random, 12));
        return { prefix, keys: [multivariantKey(prefix), segmentKey(prefix, "360p", 99_999)] };
      }
      case 3: {
        const prefix = uploadPrefix(drawn(random, BASE64URL, 22));
        return { prefix, keys: [uploadChunkKey(prefix, 0), uploadChunkKey(prefix, 8_388_608)] };
      }
      case 4: {
        const posterId = drawn(random, BASE64URL, 22);
        return { prefix: posterPrefix(posterId), keys: [posterKey(posterId)] };
      }
      default: {
        const prefix = importPrefix(
          chosen(random, [...jobs, "c1", "film-7"]),
          drawn(random, HEX, 32),
          count(random, 3),
        );
        return { prefix, keys: [segmentKey(prefix, "720p", 1), `${prefix}c1/index.m3u8`] };
      }
    }
  };
  return Array.from({ length: PREFIXES }, make);
}

/** What a slip, or somebody who tries, makes of a prefix: more or less of it, segments exchanged, characters changed. */
function damaged(random: Random, prefix: string, other: string): string {
  const segments = prefix.split("/");
  const at = Math.floor(random() * prefix.length);
  switch (count(random, 7)) {
    case 1:
      return prefix.slice(0, at);
    case 2:
      return `${prefix.slice(0, at)}/`;
    case 3:
      return `${segments.slice(0, count(random, segments.length)).join("/")}/`;
    case 4:
      return `${prefix}${chosen(random, ["360p/", "c1/", "../", "enc/k1-c1/", "0/", "/"])}`;
    case 5:
      return [...segments.slice(0, 1), ...other.split("/").slice(1)].join("/");
    case 6:
      return prefix.slice(0, at) + chosen(random, ["", "/", "%2f", ".", "0", "\n", "é"]) + prefix.slice(at + 1);
    default:
      return chosen(random, ["uploads", "imports", "enc"]) + prefix.slice(prefix.indexOf("/"));
  }
}

const overlap = (a: string, b: string) => a !== b && (a.startsWith(b) || b.startsWith(a));

it(`reads back whose every object of ${STORES} stores is, and takes no prefix that reaches into another's`, () => {
  for (const number of numbers) {
    const random = seededRandom(seed + number);
    const stored = storeOf(random);
    const where = `FUZZ_SEED=${seed} FUZZ_CASE=${number}`;
    for (const { prefix, keys } of stored) {
      expect(ownerOfPrefix(prefix), `${prefix} ${where}`).not.toBeNull();
      for (const key of keys) expect(prefixOfObject(key), `${key} ${where}`).toBe(prefix);
    }
    for (let n = 0; n < 100; n++) {
      const tried = damaged(random, chosen(random, stored).prefix, chosen(random, stored).prefix);
      if (ownerOfPrefix(tried) === null) continue;
      const reached = stored.filter(({ prefix }) => overlap(prefix, tried)).map(({ prefix }) => prefix);
      expect(reached, `${tried} ${where}`).toEqual([]);
    }
  }
});
