import { describe, expect, it } from "vitest";
import { sourceAudio, sourceFacts, sourceVideo } from "../../../test/fixtures/media/source-facts.ts";
import type { SourceFacts } from "../source/source-facts.ts";
import { filterGraphs } from "./filter-graph.ts";
import { fitFilters } from "./fit.ts";
import { planLadder } from "./ladder.ts";

function graph(facts: SourceFacts, resourceType: "VIDEO" | "AUDIO" = "VIDEO") {
  const plan = planLadder(facts, resourceType);
  if (plan.kind === "refused") throw new Error(plan.reason);
  return filterGraphs(plan);
}

/** What stands before the filters that a test is about. */
function afterFit(facts: SourceFacts): string {
  const [picture = ""] = graph(facts).graphs;
  const start = `[0:0]${fitFilters(facts.video ?? sourceVideo()).join(",")},`;
  expect(picture.startsWith(start)).toBe(true);
  return picture.slice(start.length);
}

const STEADY_CLOCK =
  "st(1,if(not(N)*not(isnan(PTS)),PTS,ld(0)));st(2,if(isnan(PTS),0,PTS-ld(1)));st(3,NB_SAMPLES/SR/TB);st(1,if(gt(abs(ld(2))*TB,0.05),PTS,ld(1)+ld(2)*min(1,ld(3)*TB/0.3)));st(0,ld(1)+ld(3));ld(1)";
const SOUND = [
  `asetpts=expr='${STEADY_CLOCK}'`,
  "aresample=48000:async=1:min_comp=0.005:min_hard_comp=0.025:max_soft_comp=0.002:flags=res:first_pts=0",
  "aformat=sample_fmts=fltp:sample_rates=48000:channel_layouts=stereo",
].join(",");

const small = { width: 640, height: 480 };

describe("the filter graph", () => {
  it("decodes once, splits, and pads the sound to the end of the picture in a graph apart", () => {
    const facts = sourceFacts({ video: sourceVideo(small) });
    expect(afterFit(facts)).toBe(
      [
        "split=2[s480p][s360p]",
        "[s480p]scale=w=640:h=480:flags=bicubic:out_range=tv,format=yuv420p,setsar=1,setparams=range=tv:colorspace=smpte170m:color_primaries=smpte170m:color_trc=smpte170m[v480p]",
        "[s360p]scale=w=480:h=360:flags=bicubic:out_range=tv,format=yuv420p,setsar=1,setparams=range=tv:colorspace=smpte170m:color_primaries=smpte170m:color_trc=smpte170m[v360p]",
      ].join(";"),
    );
    expect(graph(facts)).toEqual({
      graphs: [expect.any(String), `[0:1]${SOUND},apad,atrim=end=10.000000[sound]`],
      labels: ["v480p", "v360p", "sound"],
    });
  });

  it("takes the sound from another input", () => {
    const plan = planLadder(sourceFacts(), "AUDIO");
    if (plan.kind === "refused") throw new Error(plan.reason);
    expect(filterGraphs(plan, { sound: { readAlong: false } }).graphs[0]).toMatch(/^\[1:0\]asetpts.*,aresample/);
  });

  it("reads the replaced sound along with the picture, so that both are on the clock that the packets were read on", () => {
    const plan = planLadder(sourceFacts(), "VIDEO");
    if (plan.kind === "refused") throw new Error(plan.reason);
    const { graphs, labels } = filterGraphs(plan, { sound: { readAlong: true } });
    expect(graphs.slice(1)).toEqual([
      expect.stringMatching(/^\[1:0\]asetpts.*,aresample.*\[sound\]$/),
      "[0:1]anullsink",
    ]);
    expect(labels.at(-1)).toBe("sound");
    expect(filterGraphs(plan, { sound: { readAlong: false } }).graphs).toEqual(graphs.slice(0, 2));
  });

  it("makes sound alone with its own end", () => {
    expect(graph(sourceFacts(), "AUDIO")).toEqual({
      graphs: [`[0:1]${SOUND},asplit=3[a192k][a128k][a96k]`],
      labels: ["a192k", "a128k", "a96k"],
    });
  });

  it("deinterlaces what is interlaced", () => {
    expect(afterFit(sourceFacts({ video: sourceVideo({ ...small, deinterlacing: "marked" }) }))).toMatch(
      /^bwdif=mode=send_frame:deint=interlaced,split=2/,
    );
  });

  it("deinterlaces every frame where only the container knows its fields", () => {
    const fields = sourceVideo({ ...small, deinterlacing: "all-bottom-first" });
    expect(afterFit(sourceFacts({ video: fields }))).toMatch(/^bwdif=mode=send_frame:parity=bff:deint=all,split=2/);
  });

  it("converts other primaries in RGB, at the size of the top rung", () => {
    const color = { space: "bt2020nc", primaries: "bt2020", transfer: "bt2020-10" };
    const text = afterFit(sourceFacts({ video: sourceVideo({ ...small, color }) }));
    expect(text).toMatch(
      /^scale=w=640:h=480:flags=bicubic,zscale=min=bt2020nc:pin=bt2020:tin=bt709:m=gbr:p=bt709:t=bt709:r=full,format=gbrp,scale=flags=bicubic:out_color_matrix=bt709:out_range=tv,format=yuv420p,split=2/,
    );
    expect(text).toContain("colorspace=bt709:color_primaries=bt709:color_trc=bt709[v480p]");
  });

  it("scales a picture above the top rung once before it parts", () => {
    expect(afterFit(sourceFacts({ video: sourceVideo({ width: 3840, height: 2160 }) }))).toMatch(
      /^scale=w=1920:h=1080:flags=bicubic:out_range=tv,split=4/,
    );
  });

  it("tone-maps HDR at the size of the top rung, to bt709 in video range", () => {
    const hdr = sourceVideo({ ...small, transfer: "pq", pixelFormat: "yuv420p10le" });
    const text = afterFit(sourceFacts({ video: hdr }));
    expect(text).toMatch(
      /^scale=w=640:h=480:flags=bicubic,zscale=tin=smpte2084:min=bt2020nc:pin=bt2020:t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv420p,split=2/,
    );
    expect(text).toContain("colorspace=bt709:color_primaries=bt709:color_trc=bt709[v480p]");
  });

  it("repeats and drops frames where the source has no constant rate, and counts them at the end", () => {
    const frameRate = { numerator: 30000, denominator: 1001 };
    const variable = sourceVideo({ ...small, frameRateChoice: { frameRate, resample: true } });
    expect(afterFit(sourceFacts({ video: variable }))).toMatch(
      /^fps=fps=30000\/1001:eof_action=pass,trim=end_frame=300,split=2/,
    );
  });

  it("shows the first frame from the start, and the last one to the end of the sound", () => {
    const facts = sourceFacts({
      video: sourceVideo({ ...small, startSeconds: 2 }),
      audio: sourceAudio({ endSeconds: 14 }),
    });
    expect(afterFit(facts)).toMatch(
      /^fps=fps=30\/1:start_time=0:eof_action=pass,tpad=stop_mode=clone:stop_duration=4.000,trim=end_frame=420,/,
    );
  });

  it("says of all rungs what the source says of its colour, and guesses by its size where it says nothing", () => {
    const tagged = sourceVideo({ ...small, color: { space: "bt709", primaries: "bt709", transfer: "bt709" } });
    expect(afterFit(sourceFacts({ video: tagged }))).toContain("colorspace=bt709:color_primaries=bt709");
    expect(afterFit(sourceFacts()).match(/colorspace=bt709/g)).toHaveLength(4);
  });

  it("brings RGB to the matrix that it names", () => {
    const text = afterFit(sourceFacts({ video: sourceVideo({ ...small, pixelFormat: "gbrp" }) }));
    expect(text).toContain("scale=w=640:h=480:flags=bicubic:out_color_matrix=bt709:out_range=tv");
    expect(text).toContain("colorspace=bt709");
  });
});
