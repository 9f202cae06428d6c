import { describe, expect, it } from "vitest";
import { DEFAULT_MEDIA_LIMITS } from "./limits.ts";
import { PacketScanner } from "./packet-scan.ts";
import { type ProbeInput, readProbeReport } from "./probe-report.ts";
import { toProbeFacts } from "./source-facts.ts";

const VIDEO = {
  index: 0,
  codec_type: "video",
  codec_name: "h264",
  width: 1920,
  height: 1080,
  r_frame_rate: "30/1",
  avg_frame_rate: "30/1",
  pix_fmt: "yuv420p",
  field_order: "progressive",
  disposition: { attached_pic: 0 },
};
const AUDIO = { index: 1, codec_type: "audio", codec_name: "aac", sample_rate: "48000", channels: 2 };
const FORMAT = { format_name: "mov,mp4", duration: "2.000000", start_time: "0.000000" };

const KEEP = { timesOf: new Set([0]), maxTimes: 10_000 };

/** Packets of some seconds: stream index -> packets a second. */
function scans(rates: Record<number, number>, start = 0, seconds = 2) {
  const scanner = new PacketScanner(KEEP);
  for (const [index, rate] of Object.entries(rates)) {
    for (let i = 0; i < seconds * rate; i++)
      scanner.push(`${index},${start + i / rate},${start + i / rate},${1 / rate},K_\n`);
  }
  return scanner.finish();
}

const KNOWN = {
  limits: DEFAULT_MEDIA_LIMITS,
  isDecodable: (codec: string) => codec !== "ac4" && codec !== "prores_raw",
  broken: new Set<number>(),
  scrambled: new Set<number>(),
  end: "whole" as const,
};

function read(
  streams: readonly object[],
  found = scans({ 0: 30, 1: 50 }),
  format: object = FORMAT,
  changes: Partial<ProbeInput> = {},
) {
  return readProbeReport({
    report: { streams, format },
    scans: found,
    ...KNOWN,
    ...changes,
  });
}

function facts(...args: Parameters<typeof read>) {
  const result = read(...args);
  if (result.kind === "refused") throw new Error(result.reason);
  return result.facts;
}

function reason(...args: Parameters<typeof read>) {
  const result = read(...args);
  return result.kind === "refused" ? result.reason : null;
}

describe("the facts of a source", () => {
  it("hold picture and sound, with ends that were measured", () => {
    const { video, audio, warnings } = facts([VIDEO, AUDIO]);
    expect(video).toMatchObject({ displayWidth: 1920, displayHeight: 1080, rotation: 0, transfer: "sdr", frames: 60 });
    expect(video?.endSeconds).toBeCloseTo(2, 6);
    expect(video?.frameRateChoice).toEqual({ frameRate: { numerator: 30, denominator: 1 }, resample: false });
    expect(audio).toMatchObject({ streamIndex: 1, codec: "aac", channels: 2, sampleRate: 48000 });
    expect(warnings).toEqual([]);
  });

  it("turn width and height with the display matrix, which counts counter-clockwise", () => {
    const side = { side_data_type: "Display Matrix", rotation: 90 };
    const { video } = facts([{ ...VIDEO, side_data_list: [side] }]);
    expect(video).toMatchObject({ rotation: 270, width: 1920, displayWidth: 1080, displayHeight: 1920 });
  });

  it.each([-2147483648, 1e9, Number.NaN])("ignore a display matrix that is no rotation: %d", (rotation) => {
    const side = { side_data_type: "Display Matrix", rotation };
    const { video } = facts([{ ...VIDEO, width: 320, height: 240, side_data_list: [side] }]);
    expect(video).toMatchObject({ rotation: 0, displayWidth: 320, displayHeight: 240 });
  });

  it("stretch the width by the pixel aspect before the picture is turned", () => {
    const { video } = facts([{ ...VIDEO, width: 800, height: 640, sample_aspect_ratio: "64:45" }]);
    expect(video).toMatchObject({ displayWidth: 1138, displayHeight: 640 });
  });

  it("take 0:1 and absurd pixel aspects as square", () => {
    expect(facts([{ ...VIDEO, sample_aspect_ratio: "0:1" }]).video?.displayWidth).toBe(1920);
    expect(facts([{ ...VIDEO, sample_aspect_ratio: "1000:1" }]).video?.displayWidth).toBe(1920);
  });

  it("see interlaced frames and both HDR curves", () => {
    expect(facts([{ ...VIDEO, field_order: "tt" }]).video?.interlaced).toBe(true);
    expect(facts([{ ...VIDEO, color_transfer: "smpte2084" }]).video?.transfer).toBe("pq");
    expect(facts([{ ...VIDEO, color_transfer: "arib-std-b67" }]).video?.transfer).toBe("hlg");
  });

  it("skip an audio track that cannot be decoded and name all that is left out", () => {
    const streams = [
      VIDEO,
      { ...AUDIO, codec_name: "unknown", sample_rate: "0", channels: 0 },
      { ...AUDIO, index: 2, codec_name: "ac4" },
      { ...AUDIO, index: 3, tags: { language: "deu" } },
      { ...AUDIO, index: 4, tags: { language: "eng" } },
      { index: 5, codec_type: "subtitle", codec_name: "hdmv_pgs_subtitle", tags: { language: "eng" } },
      { index: 6, codec_type: "subtitle", codec_name: "subrip", tags: { language: "eng" } },
      { index: 7, codec_type: "subtitle", codec_name: "dvb_teletext" },
    ];
    const found = facts(streams, scans({ 0: 30, 1: 50, 2: 50, 3: 50, 4: 50, 5: 1 }));
    expect(found.audio?.streamIndex).toBe(3);
    expect(found.warnings).toEqual([
      "Left out: audio track 1 (unknown), which cannot be decoded.",
      "Left out: audio track 2 (ac4), which cannot be decoded.",
      "Left out: a further audio track 4 (aac, eng).",
      "Left out: subtitles, track 5 (hdmv_pgs_subtitle, eng), which are pictures: upload them as text.",
      "Left out: subtitles, track 7 (dvb_teletext), which are teletext: upload them as text.",
    ]);
  });

  it("measure from the origin of the file, and not at all on a clock that jumps", () => {
    const ts = { format_name: "mpegts", start_time: "1.4" };
    const { video, originSeconds } = facts([VIDEO], scans({ 0: 30 }, 1.5), ts);
    expect(originSeconds).toBe(1.4);
    expect(video?.startSeconds).toBeCloseTo(0.1, 6);
    const scanner = new PacketScanner(KEEP);
    scanner.push("0,90,90,0.04,K_\n0,90.04,90.04,0.04,__\n0,1.4,1.4,0.04,K_\n");
    expect(facts([VIDEO], scanner.finish(), ts).video?.endSeconds).toBeNull();
  });

  it("ignore a header that claims 143,165 s for two seconds", () => {
    const found = facts([{ ...VIDEO, duration: "143165.57" }], undefined, { ...FORMAT, duration: "143165.64" });
    expect(found.headerDuration).toBe(143165.64);
    expect(found.video?.endSeconds).toBeCloseTo(2, 6);
  });

  it("become the facts that are stored", () => {
    expect(toProbeFacts(facts([VIDEO, AUDIO]))).toEqual({
      container: "mov,mp4",
      headerDuration: 2,
      video: {
        codec: "h264",
        width: 1920,
        height: 1080,
        rotation: 0,
        pixelFormat: "yuv420p",
        frameRate: { numerator: 30, denominator: 1 },
      },
      audio: { codec: "aac", channels: 2, sampleRate: 48000 },
    });
  });
});

describe("what a source lacks", () => {
  const indexed = (seconds: number) => [{ ...VIDEO, nb_frames: String(seconds * 30), duration: String(seconds) }];

  it("is a refusal when its index names seconds that are not there", () => {
    expect(reason(indexed(5))).toBe("The file is incomplete: 2.0 of 5.0 seconds are there. Upload it again.");
    expect(reason(indexed(2.2))).toMatch(/^The file is incomplete: 2.0 of 2.2 seconds/);
  });

  it("is a warning when it is the last moment", () => {
    const found = scans({ 0: 30 }, 0, 50);
    expect(facts([{ ...VIDEO, nb_frames: "1509", duration: "50.3" }], found).warnings).toEqual([
      "The last 0.3 seconds of the file are missing.",
    ]);
  });

  it("is nothing when an edit list hides frames", () => {
    expect(facts([{ ...VIDEO, nb_frames: "150", duration: "2.000000" }]).warnings).toEqual([]);
  });

  it("is a warning where a file without such an index ends in the middle", () => {
    expect(facts([VIDEO], undefined, FORMAT, { end: "cut" }).warnings).toEqual([
      "The file was cut off before its end: what is there was converted.",
    ]);
  });
});

describe("a file of several tracks", () => {
  it("leaves out one of which nothing could be decoded", () => {
    const streams = [VIDEO, AUDIO, { ...AUDIO, index: 2 }];
    const found = facts(streams, scans({ 0: 30, 1: 50, 2: 50 }), FORMAT, { broken: new Set([1]) });
    expect(found.audio?.streamIndex).toBe(2);
    expect(found.warnings).toEqual(["Left out: audio track 1 (aac), which cannot be decoded."]);
  });

  it("counts many of a kind", () => {
    const others = Array.from({ length: 9 }, (_, i) => ({ ...AUDIO, index: 1 + i }));
    const found = facts([VIDEO, ...others], scans(Object.fromEntries([...Array(10).keys()].map((i) => [i, 30]))));
    expect(found.warnings).toEqual(["Left out: 8 further audio tracks."]);
  });

  it("ignores a picture of a few pixels beside sound", () => {
    const found = facts([{ ...VIDEO, width: 1, height: 1 }, AUDIO]);
    expect(found).toMatchObject({ video: null, undecodablePicture: null });
    expect(found.warnings).toEqual(["Left out: video track 0 (h264), which is only 1 x 1 pixels."]);
  });

  it("names one that holds nothing as such", () => {
    const found = facts([VIDEO, AUDIO, { ...AUDIO, index: 2 }], scans({ 0: 30, 1: 50 }));
    expect(found.warnings).toEqual(["Left out: audio track 2 (aac), which holds nothing."]);
  });

  it("names a scrambled one beside another as such", () => {
    const streams = [VIDEO, { ...AUDIO, id: "0x101" }, { ...AUDIO, index: 2 }];
    const found = facts(streams, scans({ 0: 30, 1: 50, 2: 50 }), FORMAT, { scrambled: new Set([0x101]) });
    expect(found.audio?.streamIndex).toBe(2);
    expect(found.warnings).toEqual(["Left out: audio track 1 (aac), which is copy-protected."]);
  });

  it("records a picture that cannot be decoded", () => {
    expect(facts([{ ...VIDEO, codec_name: "prores_raw" }, AUDIO]).undecodablePicture).toBe("prores_raw");
  });
});

describe("the report of a source", () => {
  it("is refused when it is no report", () => {
    expect(readProbeReport({ ...KNOWN, report: "x", scans: new Map() })).toEqual({
      kind: "refused",
      code: "source-unreadable",
      reason:
        "The file is no video or audio that is known here, or it is damaged. Check that it plays on your computer, and upload it again.",
    });
  });

  it.each([
    ["no media", [], "The file holds no video and no audio. Upload a video or audio file."],
    [
      "none that can be decoded",
      [{ ...AUDIO, codec_name: "ac4" }],
      "Nothing in the file can be decoded (ac4). Convert it to MP4 with H.264 and AAC, and upload that.",
    ],
    [
      "copy protection",
      [{ ...VIDEO, codec_tag: "0x00db" }],
      "The file is copy-protected (encrypted media). Upload a copy without protection.",
    ],
    [
      "a picture with a side that is too long",
      [{ ...VIDEO, width: 17000 }],
      "The picture is too large: 17000 x 1080 pixels, at most 16384 on a side and 35 million in all. Make it smaller.",
    ],
    [
      "a picture with too many pixels",
      [{ ...VIDEO, width: 9000, height: 9000 }],
      "The picture is too large: 9000 x 9000 pixels, at most 16384 on a side and 35 million in all. Make it smaller.",
    ],
    [
      "nothing but a picture of a few pixels",
      [{ ...VIDEO, width: 1, height: 1 }],
      "The picture is only 1 x 1 pixels, at least 16 on each side are needed. Export the video again at its real size.",
    ],
    [
      "too many tracks",
      Array.from({ length: 101 }, (_, index) => ({ ...AUDIO, index })),
      "The file has 101 tracks, at most 100 are accepted. Export fewer.",
    ],
  ] as const)("is refused for %s", (_, streams, expected) => {
    expect(reason(streams)).toBe(expected);
  });

  it("is refused when the file ends before its media, or before its picture", () => {
    const incomplete = "The file is incomplete: it ends before its media. Upload it again.";
    expect(reason([VIDEO, AUDIO], scans({}), FORMAT, { end: "cut" })).toBe(incomplete);
    expect(reason([VIDEO, AUDIO], scans({ 1: 50 }), FORMAT, { end: "cut" })).toBe(incomplete);
    expect(reason([VIDEO, AUDIO], scans({}))).toBe(
      "The file names tracks but holds nothing of them. Record or export it again.",
    );
  });

  it("is refused when its only picture or its only sound is scrambled", () => {
    const streams = [
      { ...VIDEO, id: "0x101" },
      { ...AUDIO, id: "0x102" },
    ];
    const protectedFile = "The file is copy-protected (encrypted media). Upload a copy without protection.";
    for (const id of [0x101, 0x102]) {
      expect(reason(streams, undefined, FORMAT, { scrambled: new Set([id]) })).toBe(protectedFile);
    }
    expect(reason(streams, undefined, FORMAT, { scrambled: new Set([0x103]) })).toBeNull();
  });

  it("is refused when the file is longer than the limits, in time or in frames", () => {
    const scanner = new PacketScanner(KEEP);
    scanner.push("0,0,0,1,K_\n0,50000,50000,1,K_\n");
    expect(reason([VIDEO], scanner.finish())).toBe(
      "The file is too long: 833 minutes, at most 720. Upload it in parts.",
    );
    expect(reason([VIDEO], undefined, FORMAT, { limits: { ...DEFAULT_MEDIA_LIMITS, maxFrames: 50 } })).toBe(
      "The video has too many frames: 60, at most 50. Upload it in parts.",
    );
  });
});
