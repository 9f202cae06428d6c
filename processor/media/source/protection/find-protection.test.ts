import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../../test/fixtures/seeded-random.ts";
import { findProtection } from "./find-protection.ts";

function find(bytes: Buffer) {
  const read = (offset: number, length: number) => Promise.resolve(bytes.subarray(offset, offset + length));
  return findProtection({ size: bytes.length, read });
}

const NONE = { kind: "tracks", scrambled: new Set() };
const WHOLE = { kind: "whole" };

function box(type: string, ...content: readonly (Buffer | number)[]): Buffer {
  const bytes = Buffer.concat(content.map((part) => (typeof part === "number" ? Buffer.alloc(part) : part)));
  const size = Buffer.alloc(4);
  size.writeUInt32BE(8 + bytes.length);
  return Buffer.concat([size, Buffer.from(type, "latin1"), bytes]);
}
const FTYP = box("ftyp", Buffer.from("isom\0\0\0\0isom"));
const track = (...entries: Buffer[]) =>
  box("trak", box("tkhd", 84), box("mdia", box("minf", box("stbl", box("stsd", 8, ...entries)))));
const movie = (...tracks: Buffer[]) => box("moov", box("mvhd", 100), ...tracks, box("pssh", 40));
const SCHEME = box("sinf", box("frma", Buffer.from("avc1")), box("schm", 12));
const CLEAR_VIDEO = box("avc1", 78, box("avcC", 30));
const CLEAR_SOUND = box("mp4a", 28, box("esds", 30));

describe("an MP4", () => {
  it.each([
    ["in its second track", movie(track(CLEAR_VIDEO), track(box("enca", 28, SCHEME)))],
    ["in a later sample entry", movie(track(CLEAR_VIDEO, box("encv", 78, SCHEME)))],
    ["in a second header", Buffer.concat([movie(track(CLEAR_VIDEO)), box("mdat", 99), movie(track(box("encv", 78)))])],
    ["by FairPlay", movie(track(box("drms", 28, box("esds", 30))))],
    ["by FairPlay, in its picture", movie(track(CLEAR_SOUND), track(box("drmi", 78)))],
    ["under a clear name", movie(track(box("avc1", 78, box("avcC", 30), SCHEME)))],
  ])("is protected %s", async (_, bytes) => {
    expect(await find(Buffer.concat([FTYP, bytes]))).toEqual(WHOLE);
  });

  it("is not protected by a pssh box alone", async () => {
    expect(await find(Buffer.concat([FTYP, movie(track(CLEAR_VIDEO), track(CLEAR_SOUND))]))).toEqual(NONE);
  });

  it("is protected also where the header was cut off", async () => {
    const whole = Buffer.concat([FTYP, movie(track(box("encv", 78, SCHEME)), track(CLEAR_SOUND))]);
    expect(await find(whole.subarray(0, whole.length - 60))).toEqual(WHOLE);
  });
});

/** An element of EBML; its size takes four bytes. */
function element(id: number, ...content: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(content);
  const size = Buffer.alloc(4);
  size.writeUInt32BE((0x10000000 | bytes.length) >>> 0);
  const hex = id.toString(16);
  return Buffer.concat([Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex"), size, bytes]);
}
const encoding = (...content: Buffer[]) =>
  element(0x1654ae6b, element(0xae, element(0xd7, Buffer.of(1)), element(0x6d80, element(0x6240, ...content))));
const matroska = (...content: Buffer[]) =>
  Buffer.concat([
    element(0x1a45dfa3, Buffer.alloc(20)),
    element(0x18538067, element(0xec, Buffer.alloc(9)), ...content),
  ]);
const COMPRESSION = element(0x5034, element(0x4254, Buffer.of(3)));

describe("a Matroska file", () => {
  it.each([
    ["by its encryption settings", matroska(encoding(element(0x5035, element(0x47e1, Buffer.of(5)))))],
    ["by the type of the encoding", matroska(encoding(element(0x5033, Buffer.of(1))))],
    ["in a second segment", Buffer.concat([matroska(), matroska(encoding(element(0x5035)))])],
    ["after its clusters", matroska(element(0x1f43b675, Buffer.alloc(50)), encoding(element(0x5035)))],
  ])("is protected %s", async (_, bytes) => {
    expect(await find(bytes)).toEqual(WHOLE);
  });

  it("is not protected by compressed tracks", async () => {
    expect(await find(matroska(encoding(element(0x5033, Buffer.of(0)), COMPRESSION)))).toEqual(NONE);
  });
});

/** Packets of 188 bytes by PID; `scrambled` sets the bits in each packet for which it says so. */
function transportStream(packets: number, pids: readonly number[], scrambled: (pid: number, n: number) => boolean) {
  const bytes = Buffer.alloc(188 * packets, 0xff);
  for (let n = 0; n < packets; n++) {
    const pid = pids[n % pids.length] ?? 0;
    bytes.set([0x47, pid >> 8, pid & 0xff, (scrambled(pid, n) ? 0xc0 : 0) | 0x10], n * 188);
  }
  return bytes;
}

describe("a transport stream", () => {
  it("names the tracks that are scrambled", async () => {
    const bytes = transportStream(1000, [0x100, 0x101, 0x102], (pid) => pid !== 0x101);
    expect(await find(bytes)).toEqual({ kind: "tracks", scrambled: new Set([0x100, 0x102]) });
  });

  it("names a track that is scrambled from the middle on, in a long file", async () => {
    const bytes = transportStream(200_000, [0x100, 0x101], (pid, n) => pid === 0x101 && n > 100_000);
    expect(await find(bytes)).toEqual({ kind: "tracks", scrambled: new Set([0x101]) });
  });

  it("is clear in spite of some bit errors", async () => {
    expect(await find(transportStream(1000, [0x100, 0x101], (_, n) => n % 50 === 0))).toEqual(NONE);
  });
});

it("names the scrambled tracks of a DVD by ffprobe's identifiers", async () => {
  const pack = (id: number, flags: number) => {
    const bytes = Buffer.alloc(2048);
    bytes.set([0, 0, 1, 0xba, 0x44]);
    bytes.set([0, 0, 1, id, 7, 0xec, flags, 0, 0, 0x80], 14);
    return bytes;
  };
  const packs = Array.from({ length: 60 }, (_, n) =>
    n % 3 === 0 ? pack(0xe0, 0x90) : pack(0xbd, n % 3 === 1 ? 0x80 : 0x90),
  );
  expect(await find(Buffer.concat(packs))).toEqual({ kind: "tracks", scrambled: new Set([0x1e0, 0x80]) });
});

it("recognises a Windows Media file that names a licence", async () => {
  const object = (id: string, content: Buffer) => {
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(24 + content.length));
    return Buffer.concat([Buffer.from(id, "hex"), size, content]);
  };
  const file = (...objects: Buffer[]) =>
    object("3026b2758e66cf11a6d900aa0062ce6c", Buffer.concat([Buffer.alloc(6), ...objects]));
  const properties = object("a1dcab8c47a9cf118ee400c00c205365", Buffer.alloc(80));
  const encryption = object("fbb3112223bdd211b4b700a0c955fc6e", Buffer.alloc(30));
  expect(await find(file(properties, encryption))).toEqual(WHOLE);
  expect(await find(file(properties))).toEqual(NONE);
});

describe("the search in a damaged file", () => {
  const seeds = Array.from({ length: 40 }, (_, seed) => seed);
  const whole = [
    Buffer.concat([FTYP, movie(track(CLEAR_VIDEO), track(CLEAR_SOUND))]),
    matroska(encoding(COMPRESSION)),
    transportStream(60, [0x100], () => false),
  ];
  it.each(seeds)("ends with random bytes in it, seed %i", async (seed) => {
    const random = seededRandom(seed);
    const bytes = Buffer.from(whole[seed % whole.length]!);
    for (let n = 0; n < 30; n++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    expect((await find(bytes)).kind).toMatch(/^(tracks|whole)$/);
  });

  it("ends in a file of empty boxes without an end", async () => {
    let reads = 0;
    const endless = Buffer.concat([FTYP, box("free")]);
    const read = (offset: number, length: number) => {
      reads += 1;
      return Promise.resolve(
        offset < FTYP.length ? endless.subarray(offset, offset + length) : endless.subarray(FTYP.length),
      );
    };
    expect(await findProtection({ size: 2 ** 50, read })).toEqual(NONE);
    expect(reads).toBeLessThan(250_000);
  });
});
