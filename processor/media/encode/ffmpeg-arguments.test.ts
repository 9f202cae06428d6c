import { describe, expect, it } from "vitest";
import { sourceFacts, sourceVideo } from "../../../test/fixtures/media/source-facts.ts";
import { planImages } from "../images/image-plan.ts";
import { PLAIN_READING, type SourceFacts } from "../source/source-facts.ts";
import { argumentVector, type CommandInput, DEFAULT_ENCODING, ffmpegCommand } from "./ffmpeg-arguments.ts";
import { planLadder } from "./ladder.ts";

const CAPABLE = { fpsMode: true, statsPeriod: true, toneMap: true };

function command(facts: SourceFacts, resourceType: "VIDEO" | "AUDIO" = "VIDEO", changes: Partial<CommandInput> = {}) {
  const plan = planLadder(facts, resourceType);
  if (plan.kind === "refused") throw new Error(plan.reason);
  const result = ffmpegCommand({
    sourcePath: "/jobs/1/source",
    plan,
    reading: facts.reading,
    encoding: DEFAULT_ENCODING,
    capabilities: CAPABLE,
    limits: { maxSeconds: 3600, maxPixels: 35_000_000 },
    ...changes,
  });
  if (result.kind === "refused") throw new Error(result.reason);
  return result;
}

/** The value that follows an option. */
const value = (args: readonly string[], option: string) => args[args.indexOf(option) + 1];

describe("the arguments of the one ffmpeg", () => {
  const facts = sourceFacts({ video: sourceVideo({ width: 640, height: 480 }) });
  const args = argumentVector(command(facts));

  it("open a local file of a known container and nothing else", () => {
    const input = args.slice(0, args.indexOf("-i"));
    expect(value(input, "-protocol_whitelist")).toBe("file");
    const formats = value(input, "-format_whitelist")?.split(",");
    expect(formats).toContain("mp4");
    for (const pointing of ["concat", "hls", "dash", "image2", "lavfi", "sdp"]) expect(formats).not.toContain(pointing);
    expect(value(args, "-i")).toBe("file:/jobs/1/source");
    expect(input).toContain("-nostdin");
    expect(value(input, "-t")).toBe("3600");
  });

  it("encode H.264 High with a capped CRF for each rung, and the sound once", () => {
    expect(value(args, "-c:v")).toBe("libx264");
    expect(value(args, "-profile:v")).toBe("high");
    expect(value(args, "-crf")).toBe("23");
    expect(value(args, "-maxrate:v:0")).toBe("1189000");
    expect(value(args, "-bufsize:v:0")).toBe("1783500");
    expect(value(args, "-maxrate:v:1")).toBe("602000");
    expect(args.filter((arg) => arg === "-c:a")).toHaveLength(1);
    expect(value(args, "-b:a")).toBe("128000");
  });

  it("force a closed GOP of two seconds by time and let the encoder add none", () => {
    expect(value(args, "-force_key_frames")).toBe(
      "expr:if(isnan(prev_forced_t),1,gt(floor((t+0.0001)/2),floor((prev_forced_t+0.0001)/2)))",
    );
    expect(value(args, "-sc_threshold")).toBe("0");
    expect(value(args, "-flags:v")).toBe("+cgop");
    expect(value(args, "-forced-idr")).toBe("1");
    expect(value(args, "-fps_mode")).toBe("vfr");
  });

  it("write one list of segments per rung, each on its own pipe", () => {
    const { segmentListPipes, progressPipe, target } = command(facts);
    expect(progressPipe).toBe(3);
    expect(segmentListPipes).toEqual([
      { quality: "480p", pipe: 4 },
      { quality: "360p", pipe: 5 },
    ]);
    const muxer = (select: string, pipe: number, quality: string) =>
      `[f=segment:select=${select}:segment_time=6:segment_time_delta=0.001:segment_format=mpegts:segment_list_type=csv:` +
      `segment_list=pipe\\\\:${pipe}:segment_start_number=1:individual_header_trailer=0:` +
      "segment_format_options=flush_packets=1\\\\:avoid_negative_ts=disabled\\\\:pat_period=2:" +
      `avoid_negative_ts=disabled:max_delay=700000]${quality}/seg_%05d.ts`;
    expect(target).toBe(`${muxer("0,2", 4, "480p")}|${muxer("1,2", 5, "360p")}`);
  });

  it("carry no metadata, chapters, subtitles or data over", () => {
    expect(value(args, "-map_metadata")).toBe("-1");
    expect(value(args, "-map_chapters")).toBe("-1");
    expect(args).toEqual(expect.arrayContaining(["-sn", "-dn"]));
  });

  it("have no sound in a silent video", () => {
    const silent = command({ ...facts, audio: null });
    expect(silent.outputOptions).not.toContain("-c:a");
    expect(silent.target).toMatch(/select=0:.*select=1:/);
  });

  it("encode each rung of an audio ladder", () => {
    const audio = command(facts, "AUDIO");
    expect(value(audio.outputOptions, "-b:a:0")).toBe("192000");
    expect(value(audio.outputOptions, "-b:a:2")).toBe("96000");
    expect(audio.outputOptions).not.toContain("-c:v");
    expect(audio.target).toContain("]96k/seg_%05d.ts");
  });

  it("move a picture that starts late to zero", () => {
    const late = command({ ...facts, video: sourceVideo({ width: 640, height: 480, startSeconds: 0.066733 }) });
    expect(value(late.inputOptions, "-itsoffset")).toBe("-0.066733");
  });

  it("count from the chosen tracks where ffmpeg, with an offset, counts from the start of the file", () => {
    const reading = { ...PLAIN_READING, originShiftSeconds: 0.722456 };
    const shifted = command({ ...facts, reading, video: sourceVideo({ width: 640, height: 480, startSeconds: 0.01 }) });
    expect(value(shifted.inputOptions, "-itsoffset")).toBe("-0.732456");
  });

  it("name what the source is read with", () => {
    const analyzed = { seconds: 36, bytes: 40_000_000 };
    const reading = {
      ...{ ...PLAIN_READING, analyzed, clockStepSeconds: 13 },
      elementaryFrameRate: { numerator: 30000, denominator: 1001 },
    };
    const { inputOptions } = command({ ...facts, reading });
    expect(value(inputOptions, "-analyzeduration")).toBe("36000000");
    expect(value(inputOptions, "-probesize")).toBe("40000000");
    expect(value(inputOptions, "-dts_delta_threshold")).toBe("13");
    expect(value(inputOptions, "-r")).toBe("30000/1001");
  });

  it("code no B-frames for a few frames a second", () => {
    const slow = { frameRate: { numerator: 1, denominator: 1 }, resample: false };
    const slides = command({ ...facts, video: sourceVideo({ width: 640, height: 480, frameRateChoice: slow }) });
    expect(value(slides.outputOptions, "-bf")).toBe("0");
    expect(args).not.toContain("-bf");
  });

  it("make pictures of the same decode in outputs after the ladder, whose progress stays that of the first output", () => {
    const plan = planLadder(facts, "VIDEO");
    const images = plan.kind === "video" ? planImages(plan, false) : null;
    const line = command(facts, "VIDEO", { images });
    const argv = argumentVector(line);
    expect(argv.indexOf("images/tiles.mjpeg")).toBeGreaterThan(argv.indexOf(line.target));
    expect(argv.at(-1)).toBe("images/poster_%d.jpg");
    const [picture = ""] = line.filterGraphs;
    expect(picture).toContain("split=4[s480p][s360p][stiles][sposters];");
    expect(picture).toMatch(/\[stiles\]fps=fps=2:start_time=0:round=up:eof_action=pass,scale=w=160:h=120:.*\[tiles\]/);
    expect(picture).toMatch(/\[sposters\]select='.*',scale=w=640:h=480:.*,format=yuvj420p\[posters\]$/);
    expect(line.outputOptions).toEqual(command(facts).outputOptions);
  });

  it("suit older versions", () => {
    const capabilities = { fpsMode: false, statsPeriod: false, toneMap: true };
    const { outputOptions } = command(facts, "VIDEO", { capabilities });
    expect(value(outputOptions, "-vsync")).toBe("vfr");
    expect(outputOptions).not.toContain("-stats_period");
  });

  it("are refused for HDR where ffmpeg has no tone mapping", () => {
    const plan = planLadder(sourceFacts({ video: sourceVideo({ transfer: "hlg" }) }), "VIDEO");
    if (plan.kind === "refused") throw new Error(plan.reason);
    const result = ffmpegCommand({
      sourcePath: "/jobs/1/source",
      plan,
      reading: PLAIN_READING,
      encoding: DEFAULT_ENCODING,
      capabilities: { ...CAPABLE, toneMap: false },
      limits: { maxSeconds: 3600, maxPixels: 35_000_000 },
    });
    expect(result.kind).toBe("refused");
  });
});
