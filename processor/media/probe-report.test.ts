import { describe, expect, it } from "vitest";
import { DEFAULT_MEDIA_LIMITS } from "./limits.ts";
import { PacketScanner } from "./packet-scan.ts";
import { readProbeReport } from "./probe-report.ts";
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

/** Packets of 2 s: stream index -> packets a second. */
function scans(rates: Record<number, number>, start = 0) {
  const scanner = new PacketScanner();
  for (const [index, rate] of Object.entries(rates)) {
    for (let i = 0; i < 2 * rate; i++)
      scanner.push(`${index},${start + i / rate},${start + i / rate},${1 / rate},K_\n`);
  }
  return scanner.finish();
}

function read(streams: readonly object[], found = scans({ 0: 30, 1: 50 }), format: object = FORMAT) {
  return readProbeReport({
    report: { streams, format },
    scans: found,
    limits: DEFAULT_MEDIA_LIMITS,
    isDecodable: (codec) => codec !== "ac4",
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

  it("do not take an attached picture for a video", () => {
    const cover = { ...VIDEO, index: 1, codec_name: "mjpeg", disposition: { attached_pic: 1 } };
    const found = facts([{ ...AUDIO, index: 0 }, cover], scans({ 0: 50, 1: 1 }));
    expect(found.video).toBeNull();
    expect(found.warnings).toEqual([]);
  });

  it("skip an audio track that cannot be decoded and name all that is left out", () => {
    const streams = [
      VIDEO,
      { ...AUDIO, codec_name: "unknown", sample_rate: "0", channels: 0 },
      { ...AUDIO, index: 2, codec_name: "ac4" },
      { ...AUDIO, index: 3, tags: { language: "deu" } },
      { ...AUDIO, index: 4, tags: { language: "eng" } },
      { index: 5, codec_type: "subtitle", codec_name: "subrip", tags: { language: "eng" } },
    ];
    const found = facts(streams, scans({ 0: 30, 1: 50, 2: 50, 3: 50, 4: 50, 5: 1 }));
    expect(found.audio?.streamIndex).toBe(3);
    expect(found.warnings).toEqual([
      "Left out: audio track 1 (unknown), which cannot be decoded.",
      "Left out: audio track 2 (ac4), which cannot be decoded.",
      "Left out: a further audio track 4 (aac, eng).",
      "Left out: subtitles, track 5 (subrip, eng).",
    ]);
  });

  it("measure from the origin of the file, and not at all on a clock that jumps", () => {
    const ts = { format_name: "mpegts", start_time: "1.4" };
    const { video, originSeconds } = facts([VIDEO], scans({ 0: 30 }, 1.5), ts);
    expect(originSeconds).toBe(1.4);
    expect(video?.startSeconds).toBeCloseTo(0.1, 6);
    const scanner = new PacketScanner();
    scanner.push("0,90,90,0.04,K_\n0,90.04,90.04,0.04,__\n0,1.4,1.4,0.04,K_\n");
    expect(facts([VIDEO], scanner.finish(), ts).video?.endSeconds).toBeNull();
  });

  it("pass a header that claims 143,165 s for two seconds", () => {
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

describe("a source is refused", () => {
  it("when the report is none", () => {
    expect(
      readProbeReport({ report: "x", scans: new Map(), limits: DEFAULT_MEDIA_LIMITS, isDecodable: () => true }),
    ).toEqual({
      kind: "refused",
      reason: "The file could not be read as video or audio.",
    });
  });

  it("when it holds no media, or none that can be decoded", () => {
    expect(reason([])).toBe("The file holds no video and no audio.");
    expect(reason([{ ...AUDIO, codec_name: "ac4" }])).toBe("The file has no picture and no sound that can be decoded.");
  });

  it("when it is copy-protected", () => {
    expect(reason([{ ...VIDEO, codec_tag_string: "encv" }])).toMatch(/copy-protected/);
  });

  it("when its index names samples that are not there", () => {
    expect(reason([{ ...VIDEO, nb_frames: "150", duration: "5.000000" }])).toMatch(/incomplete/);
  });

  it("but not when an edit list hides them", () => {
    expect(reason([{ ...VIDEO, nb_frames: "150", duration: "2.000000" }])).toBeNull();
  });

  it("when the picture or the length is beyond the limits", () => {
    expect(reason([{ ...VIDEO, width: 9000 }])).toBe("The picture is too large: 9000 x 1080, at most 8192 on a side.");
    const scanner = new PacketScanner();
    scanner.push("0,0,0,1,K_\n0,50000,50000,1,K_\n");
    expect(reason([VIDEO], scanner.finish())).toBe("The file is too long: 833 minutes, at most 720.");
  });
});
