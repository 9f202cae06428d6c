import { describe, expect, it } from "vitest";
import type { SourceAudio, SourceVideo } from "../source/source-facts.ts";
import { planTimeline } from "./timeline.ts";

const video = (startSeconds: number, endSeconds: number | null) => ({ startSeconds, endSeconds }) as SourceVideo;
const span = (startSeconds: number, endSeconds: number | null) => ({ startSeconds, endSeconds });
const audio = (startSeconds: number, endSeconds: number | null) => ({ startSeconds, endSeconds }) as SourceAudio;

describe("the time line of a result", () => {
  it("ends where the picture ends, whether the sound is shorter or a little longer", () => {
    const expected = {
      offsetSeconds: 0,
      fillStart: false,
      holdLastSeconds: 0,
      durationSeconds: 10,
      picture: span(0, 10),
    };
    expect(planTimeline(video(0, 10), audio(0, 8))).toEqual({ ...expected, sound: span(0, 8) });
    expect(planTimeline(video(0, 10), audio(0, 10.5))).toEqual({ ...expected, sound: span(0, 10.5) });
    expect(planTimeline(video(0, 10), null)).toEqual({ ...expected, sound: null });
  });

  it("moves a picture that starts a little late to zero, and the sound with it", () => {
    expect(planTimeline(video(0.25, 10.25), audio(0, 10.25))).toEqual({
      offsetSeconds: -0.25,
      fillStart: false,
      holdLastSeconds: 0,
      durationSeconds: 10,
      picture: span(0, 10),
      sound: span(-0.25, 10),
    });
  });

  it("fills a picture that starts much later, since the sound before it is content", () => {
    expect(planTimeline(video(2, 10), audio(0, 10))).toMatchObject({
      offsetSeconds: 0,
      fillStart: true,
      durationSeconds: 10,
    });
  });

  it("holds the last frame where the sound continues for long", () => {
    expect(planTimeline(video(0, 1), audio(0, 180))).toMatchObject({ holdLastSeconds: 179, durationSeconds: 180 });
  });

  it("holds a still for sound of less than a second, which is more than the padding of codecs", () => {
    expect(planTimeline(video(0, 0.04), audio(0, 0.9)).holdLastSeconds).toBeCloseTo(0.86, 6);
    expect(planTimeline(video(0, 0.04), audio(0, 0.28)).holdLastSeconds).toBe(0);
  });

  it("promises no length on a broken clock", () => {
    expect(planTimeline(video(0, null), audio(0, 180))).toMatchObject({ holdLastSeconds: 0, durationSeconds: null });
  });

  it("is the sound's own without a picture", () => {
    expect(planTimeline(null, audio(0, 15))).toMatchObject({ offsetSeconds: 0, durationSeconds: 15 });
  });
});
