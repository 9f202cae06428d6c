import { readdirSync, readFileSync } from "node:fs";
import HLS from "hls-parser";
import { beforeAll, describe, expect, it } from "vitest";
import { textPlaylist } from "../../edge/playback/text-playlist.ts";
import { compileMediaPlaylist } from "../../edge/playlist-template/compile-media-playlist.ts";
import { compileMultivariantPlaylist } from "../../edge/playlist-template/compile-multivariant-playlist.ts";
import { keyUriTemplate } from "../../shared/domain/part/content-key.ts";
import { segmentName } from "../../shared/domain/part/object-keys.ts";
import { QUALITIES } from "../../shared/domain/quality/quality.ts";
import { writeMediaPlaylist } from "../../shared/hls/media-playlist.ts";
import { type VariantFacts, writeMultivariantPlaylist } from "../../shared/hls/multivariant-playlist.ts";
import { type ParseResult, parsePlaylist } from "../../shared/hls/parse.ts";
import { variantUri } from "../../shared/hls/playlist-uri.ts";
import { stringifyPlaylist } from "../../shared/hls/stringify.ts";

const FIXTURES = new URL("../fixtures/hls/", import.meta.url);
const namesIn = (folder: string) => readdirSync(new URL(folder, FIXTURES)).sort();
const fixture = (path: string) => readFileSync(new URL(path, FIXTURES), "utf8");

const REFUSALS: Record<string, ParseResult> = {
  "rfc8216-4.1-byte-order-mark.m3u8": { kind: "broken", line: 1, fault: "byte-order-mark" },
  "rfc8216-4.1-lone-carriage-return.m3u8": { kind: "broken", line: 4, fault: "control-character" },
  "rfc8216-4.1-tab-in-uri.m3u8": { kind: "broken", line: 4, fault: "control-character" },
  "rfc8216-4.2-attribute-twice.m3u8": { kind: "broken", line: 2, fault: "duplicate-name" },
  "rfc8216-4.2-lower-case-name.m3u8": { kind: "broken", line: 2, fault: "bad-name" },
  "rfc8216-4.2-missing-value.m3u8": { kind: "broken", line: 2, fault: "bad-value" },
  "rfc8216-4.2-no-list.m3u8": { kind: "broken", line: 2, fault: "bad-name" },
  "rfc8216-4.2-space-after-comma.m3u8": { kind: "broken", line: 2, fault: "bad-name" },
  "rfc8216-4.2-text-after-quote.m3u8": { kind: "broken", line: 2, fault: "missing-comma" },
  "rfc8216-4.2-trailing-comma.m3u8": { kind: "broken", line: 2, fault: "trailing-comma" },
  "rfc8216-4.2-unterminated-quote.m3u8": { kind: "broken", line: 2, fault: "unterminated-quote" },
  "rfc8216-4.3.1.1-empty.m3u8": { kind: "broken", line: 1, fault: "not-extm3u" },
  "rfc8216-4.3.1.1-extm3u-after-a-comment.m3u8": { kind: "broken", line: 1, fault: "not-extm3u" },
  "rfc8216-4.3.1.1-extm3u-longer.m3u8": { kind: "broken", line: 1, fault: "not-extm3u" },
  "rfc8216-4.3.1.1-html.m3u8": { kind: "broken", line: 1, fault: "not-extm3u" },
  "rfc8216-4.3.2.1-duration-without-uri.m3u8": { kind: "broken", line: 3, fault: "missing-uri" },
  "rfc8216-4.3.2.1-uri-without-duration.m3u8": { kind: "broken", line: 5, fault: "stray-uri" },
  "rfc8216-4.3.4-both-kinds.m3u8": { kind: "broken", line: 3, fault: "mixed-kinds" },
  "rfc8216-4.3.4-neither-kind.m3u8": { kind: "broken", line: 1, fault: "unknown-kind" },
  "rfc8216-4.3.4.2-variant-without-uri.m3u8": { kind: "broken", line: 4, fault: "missing-uri" },
};

describe("the playlists of RFC 8216", () => {
  it.each(namesIn("valid/"))("parses and prints %s without changing a byte", (name) => {
    const text = fixture(`valid/${name}`);
    const parsed = parsePlaylist(text);
    if (parsed.kind !== "parsed") throw new Error(`refused in line ${parsed.line}: ${parsed.fault}`);
    expect(parsed.playlist.kind).toBe(name.startsWith("rfc8216-4.3.4") ? "multivariant" : "media");
    expect(stringifyPlaylist(parsed.playlist)).toBe(text);
  });

  it("has an expectation for every invalid fixture", () => {
    expect(namesIn("invalid/")).toEqual(Object.keys(REFUSALS).sort());
  });

  it.each(Object.entries(REFUSALS))("refuses %s, naming line and fault", (name, refusal) => {
    expect(parsePlaylist(fixture(`invalid/${name}`))).toEqual(refusal);
  });
});

describe("the playlists that we write, read by hls-parser in strict mode", () => {
  const TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJl";
  const LADDER: readonly VariantFacts[] = [
    rung("1080p", 1920, 1080, { numerator: 24_000, denominator: 1001 }),
    rung("720p", 1280, 720, { numerator: 24_000, denominator: 1001 }),
    rung("480p", 854, 480, { numerator: 24_000, denominator: 1001 }),
    rung("360p", 640, 360, { numerator: 24_000, denominator: 1001 }),
  ];
  const AUDIO: readonly VariantFacts[] = ["192k", "128k", "96k"].map((quality) => rung(quality, null, null, null));

  function rung(quality: string, width: number | null, height: number | null, frameRate: VariantFacts["frameRate"]) {
    const codecs = width === null ? "mp4a.40.2" : "avc1.640028,mp4a.40.2";
    const bandwidths = { peakBandwidth: 2_000_000, averageBandwidth: 1_500_000 };
    return { quality, uri: variantUri(quality), ...bandwidths, codecs, width, height, frameRate };
  }

  function mediaText(durations: readonly number[], key?: { uri: string }): string {
    const segments = durations.map((durationSeconds, index) => ({ uri: segmentName(index + 1), durationSeconds }));
    return writeMediaPlaylist({ segments, key });
  }

  beforeAll(() => HLS.setOptions({ strictMode: true }));

  it.each([
    ["video", LADDER],
    ["sound", AUDIO],
  ])("a multivariant playlist of %s, with every fact in its place", (_, variants) => {
    const playlist = HLS.parse(writeMultivariantPlaylist({ variants })) as HLS.types.MasterPlaylist;
    expect(playlist.isMasterPlaylist).toBe(true);
    expect(playlist.independentSegments).toBe(true);
    expect(
      playlist.variants.map(({ uri, bandwidth, averageBandwidth, codecs, resolution, frameRate }) => ({
        uri,
        peakBandwidth: bandwidth,
        averageBandwidth,
        codecs,
        width: resolution?.width ?? null,
        height: resolution?.height ?? null,
        frameRate: frameRate ?? null,
      })),
    ).toEqual(variants.map(({ quality: _quality, ...facts }) => ({ ...facts, frameRate: facts.frameRate && 23.976 })));
  });

  it.each([
    ["one short segment", [0.04]],
    ["an exact ladder step", [6, 6, 6, 2.5]],
    ["film rate", [6.006, 6.006, 5.964]],
    ["a rounding edge", [6.4999999, 6.5, 0.5]],
  ])("a media playlist of %s, clear and encrypted", (_, durations) => {
    for (const key of [undefined, { uri: keyUriTemplate("key1", "1080p") }]) {
      const playlist = HLS.parse(mediaText(durations, key)) as HLS.types.MediaPlaylist;
      expect(playlist.endlist).toBe(true);
      expect(playlist.playlistType).toBe("VOD");
      expect(playlist.mediaSequenceBase).toBe(0);
      expect(playlist.segments.map((segment) => segment.duration)).toEqual(durations.map((s) => Number(s.toFixed(6))));
      expect(playlist.segments[0]?.key?.uri).toBe(key?.uri);
      expect(playlist.segments[0]?.key?.iv).toBeUndefined();
    }
  });

  it.each(QUALITIES)("the playlist that is served for %s", (quality) => {
    const stored = mediaText([6, 6, 1.5], { uri: keyUriTemplate("key1", quality) });
    const served = compileMediaPlaylist(stored, `/video/enc/segments/a-title/${quality}/`).render(TOKEN);
    const playlist = HLS.parse(served) as HLS.types.MediaPlaylist;
    expect(playlist.segments[0]?.key?.uri).toBe(`/video/enc/key?keyId=key1&quality=${quality}&token=${TOKEN}`);
    expect(playlist.segments.map((segment) => segment.uri)).toEqual([
      `/video/enc/segments/a-title/${quality}/seg_00001.ts`,
      `/video/enc/segments/a-title/${quality}/seg_00002.ts`,
      `/video/enc/segments/a-title/${quality}/seg_00003.ts`,
    ]);
  });

  it.each([
    ["video", LADDER],
    ["sound", AUDIO],
  ])("the multivariant playlist of %s with captions, and that of their text", (_, variants) => {
    const common = { isForced: false, characteristics: [], uri: "text-a/index.m3u8?token=__TOKEN__" };
    const spoken = ["public.accessibility.transcribes-spoken-dialog", "public.easy-to-read"];
    const subtitles = [
      { ...common, name: "English", language: "en", isDefault: true },
      { ...common, name: "English, again", language: "en", isDefault: false },
      { ...common, name: "Português", language: "pt-BR", isDefault: false, isForced: true, characteristics: spoken },
      { ...common, name: "Track 3", language: "und", isDefault: false },
    ];
    const allowed = new Set(variants.map(({ quality }) => quality));
    const compiled = compileMultivariantPlaylist(writeMultivariantPlaylist({ variants }), { allowed, subtitles });
    if (compiled.kind !== "compiled") throw new Error("nothing was left");
    const playlist = HLS.parse(compiled.template.render(TOKEN)) as HLS.types.MasterPlaylist;
    const uri = `text-a/index.m3u8?token=${TOKEN}`;
    const named = (name: string, more: Record<string, unknown>) => ({
      name,
      uri,
      isDefault: false,
      forced: false,
      ...more,
    });
    for (const variant of playlist.variants) {
      expect(variant.subtitles).toMatchObject([
        named("English", { language: "en", isDefault: true, autoselect: true }),
        // The same to a player that chooses by itself.
        named("English, again", { language: "en", autoselect: false }),
        named("Português", { language: "pt-BR", autoselect: true, forced: true, characteristics: spoken.join() }),
        named("Track 3", { language: undefined, autoselect: true }),
      ]);
    }
    const text = HLS.parse(textPlaylist(5400.5).render(TOKEN)) as HLS.types.MediaPlaylist;
    expect(text.segments.map((segment) => [segment.uri, segment.duration])).toEqual([
      [`captions.vtt?token=${TOKEN}`, 5400.5],
    ]);
    expect([text.targetDuration, text.playlistType, text.endlist]).toEqual([5401, "VOD", true]);
  });

  it("the multivariant playlist that is served to a viewer of two qualities", () => {
    const stored = writeMultivariantPlaylist({ variants: LADDER });
    const compiled = compileMultivariantPlaylist(stored, { allowed: new Set(["480p", "360p"]) });
    if (compiled.kind !== "compiled") throw new Error("nothing was left");
    const playlist = HLS.parse(compiled.template.render(TOKEN)) as HLS.types.MasterPlaylist;
    expect(playlist.variants.map((variant) => variant.uri)).toEqual([
      `480p/index.m3u8?token=${TOKEN}`,
      `360p/index.m3u8?token=${TOKEN}`,
    ]);
  });
});
