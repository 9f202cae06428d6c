import { describe, expect, it } from "vitest";
import { chooseStreams } from "./choose-streams.ts";
import { PacketScanner } from "./packet-scan.ts";
import { readProgrammes } from "./programmes.ts";
import { parseReport } from "./stream-report.ts";

const picture = (index: number, more: object = {}) => ({
  ...{ index, codec_type: "video", codec_name: "h264", width: 320, height: 180 },
  ...more,
});
const sound = (index: number, more: object = {}) => ({
  ...{ index, codec_type: "audio", codec_name: "ac3", sample_rate: "48000", channels: 2 },
  ...more,
});
const mono = (index: number, more: object = {}) => sound(index, { codec_name: "pcm_s16le", channels: 1, ...more });

type File = {
  readonly programmes?: readonly (readonly number[])[];
  readonly format?: string;
  /** Packets of a stream, where they are not ten. */
  readonly packets?: Readonly<Record<number, number>>;
  /** Seconds at which a stream starts. */
  readonly starts?: Readonly<Record<number, number>>;
};

/** The indexes of the picture, of the sound and of its right channel. */
function choose(streams: readonly { readonly index: number }[], file: File = {}) {
  const programs = (file.programmes ?? []).map((indexes) => ({ streams: indexes.map((index) => ({ index })) }));
  const report = parseReport({ streams, programs, format: { format_name: file.format ?? "mpegts" } });
  if (!report) throw new Error("no report");
  const scanner = new PacketScanner({ timesOf: new Set(), maxTimes: 0 });
  for (const { index } of streams) {
    for (let n = 0; n < (file.packets?.[index] ?? 10); n++) {
      const time = (file.starts?.[index] ?? 0) + n / 10;
      scanner.push(`${index},${time},${time},0.1,K_\n`);
    }
  }
  const nothing = new Set<number>();
  const knowledge = { scans: scanner.finish(), isDecodable: () => true, broken: nothing, scrambled: nothing };
  const chosen = chooseStreams(report.streams, readProgrammes(report), knowledge);
  return [chosen.video, chosen.audio, chosen.audioRight].map((stream) => stream?.index ?? null);
}

describe("the sound of a file", () => {
  it("is of the programme of the picture", () => {
    const streams = [sound(0), picture(1), sound(2)];
    expect(choose(streams, { programmes: [[0], [1, 2]] })).toEqual([1, 2, null]);
    expect(choose(streams, { programmes: [[0], [1]] })).toEqual([1, 2, null]);
    expect(choose([sound(0), picture(1)], { programmes: [[0], [1]] })).toEqual([1, null, null]);
  });

  it("is the one that the file prefers, else the first", () => {
    expect(choose([picture(0), sound(1), sound(2, { disposition: { default: 1 } })])).toEqual([0, 2, null]);
    expect(choose([picture(0), sound(1), sound(2)])).toEqual([0, 1, null]);
  });

  it("is of any programme where there is no picture", () => {
    expect(choose([sound(0), sound(1)], { programmes: [[1], [0]] })).toEqual([null, 0, null]);
  });

  it.each(["visual_impaired", "hearing_impaired", "descriptions", "comment", "clean_effects", "dependent"])(
    "is not the track that is marked %s, even by default",
    (mark) => {
      expect(choose([picture(0), sound(1, { disposition: { [mark]: 1, default: 1 } }), sound(2)])).toEqual([
        0,
        2,
        null,
      ]);
      expect(choose([picture(0), sound(1, { disposition: { [mark]: 1 } })])).toEqual([0, 1, null]);
    },
  );

  it("is the first by number on a DVD, whose packets come in any order", () => {
    const streams = [picture(0, { id: "0x1e0" }), sound(1, { id: "0x82" }), sound(2, { id: "0x80" })];
    expect(choose(streams, { format: "mpeg" })).toEqual([0, 2, null]);
    expect(choose(streams)).toEqual([0, 1, null]);
  });
});

describe("mono tracks become left and right", () => {
  it.each([
    ["of PCM", [mono(1), mono(2), mono(3), mono(4)], 2],
    [
      "with layouts that say so",
      [sound(1, { channels: 1, channel_layout: "1 channels (FL)" }), sound(2, { channels: 1, channel_layout: "FR" })],
      2,
    ],
    ["not in two languages", [mono(1, { tags: { language: "eng" } }), mono(2, { tags: { language: "deu" } })], null],
    [
      "not of which one is enabled",
      [mono(1, { disposition: { default: 1 } }), mono(2, { disposition: { default: 0 } })],
      null,
    ],
    ["not of a codec for viewers", [sound(1, { channels: 1 }), sound(2, { channels: 1 })], null],
    ["not before a stereo track", [mono(1), mono(2, { channels: 2 }), mono(3)], null],
    ["not at two rates", [mono(1), mono(2, { sample_rate: "44100" })], null],
  ] as const)("%s", (_, sounds, right) => {
    expect(choose([picture(0), ...sounds])).toEqual([0, 1, right]);
  });

  it("stay apart where one starts later", () => {
    expect(choose([picture(0), mono(1), mono(2)], { starts: { 2: 0.5 } })).toEqual([0, 1, null]);
  });
});

describe("the picture of a file", () => {
  it("moves, where one does", () => {
    const cover = picture(0, { codec_name: "mjpeg", disposition: { default: 1 } });
    expect(choose([cover, picture(1), sound(2)], { packets: { 0: 1 } })).toEqual([1, 2, null]);
    expect(choose([cover, sound(1)], { packets: { 0: 1 } })).toEqual([0, 1, null]);
  });

  it("is not the cover of a song", () => {
    expect(choose([sound(0), picture(1, { disposition: { attached_pic: 1 } })])).toEqual([null, 0, null]);
  });

  it("is the main one", () => {
    expect(choose([picture(0, { disposition: { dependent: 1 } }), picture(1)])).toEqual([1, null, null]);
    expect(choose([picture(0), picture(1, { disposition: { default: 1 } })])).toEqual([1, null, null]);
  });
});
