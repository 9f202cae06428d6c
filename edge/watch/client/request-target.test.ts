import { describe, expect, it } from "vitest";
import { requestTarget } from "./request-target.ts";

const POST = "https://video.example/video/enc/videoResource/01a2/0";

describe("requestTarget", () => {
  it("names a key request's quality and key id, and not its token", () => {
    expect(requestTarget("https://video.example/video/enc/key?keyId=k-1&quality=720p&token=a.b.c")).toStrictEqual({
      kind: "key",
      quality: "720p",
      keyId: "k-1",
    });
  });

  it("distinguishes the multivariant playlist from that of a quality", () => {
    expect(requestTarget(`${POST}/master.m3u8?token=a.b.c`)).toStrictEqual({ kind: "master" });
    expect(requestTarget(`${POST}/480p/index.m3u8?token=a.b.c`)).toStrictEqual({ kind: "playlist", quality: "480p" });
  });

  it("knows the playlists of an encoder job by their names of the qualities", () => {
    const proxy = "https://video.example/m3u8-encoder/api/v2/proxy/job-01a2";
    for (const master of [proxy, `${proxy}.m3u8?token=a.b.c`]) expect(requestTarget(master).kind).toBe("master");
    expect(requestTarget(`${proxy}/v1/index.m3u8?token=a.b.c`)).toStrictEqual({ kind: "playlist", quality: "720p" });
    expect(requestTarget(`${proxy}/a2/index.m3u8`)).toStrictEqual({ kind: "playlist", quality: "96k" });
    expect(requestTarget(`${proxy}/v1/seg_00001.ts?signature=s`).kind).toBe("segment");
  });

  it("takes everything else for a segment, on whatever origin", () => {
    expect(requestTarget("https://cdn.example/a-film/j/enc/k1-c1/480p/seg_00001.ts")).toStrictEqual({
      kind: "segment",
    });
    expect(requestTarget("https://video.example/video/enc/segments/master.m3u8/480p/seg_00001.ts").kind).toBe(
      "segment",
    );
  });
});
