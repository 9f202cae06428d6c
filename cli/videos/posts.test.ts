import { describe, expect, it } from "vitest";
import type { Part, VideoPost } from "../../client/index.ts";
import { posts } from "./posts.ts";

const SERVICE = "https://video.example.com";
const ADDRESS = "/video/enc/images/post/0/AAAAAAAAAAAAAAAAAAAAAA/poster-2.jpg";

const poster = (url: string | null) => ({ url, width: 1280, height: 720, candidate: 2 });

function part(fileIndex: number, shown: Part["images"]["poster"]): Part {
  const images = { poster: shown, candidates: [], storyboard: null };
  return { fileIndex, fileName: `${fileIndex}.mp4`, variants: [], failReason: null, images } as unknown as Part;
}

describe("ladderlock posts show", () => {
  it("names the poster of each part, with its address where it is public", async () => {
    const files = [part(0, poster(ADDRESS)), part(1, poster(null)), part(2, null)];
    const post = { videoPostId: "post", title: "A film", files } as unknown as VideoPost;
    const said: string[] = [];
    const output = { out: (text: string) => void said.push(text), err: (text: string) => void said.push(text) };
    const client = { getVideoPost: async () => post, listVideoPosts: () => Promise.reject(new Error("not asked")) };
    const command = { verb: "show", videoPostId: "post" } as const;
    expect(await posts(command, { json: false, serviceUrl: SERVICE }, client, output as never)).toBe(0);
    const rows = said.join("").split("\n");
    const row = (name: string) => rows.find((line) => line.includes(name));
    expect(row("0.mp4")).toContain(`${SERVICE}${ADDRESS}`);
    expect(row("1.mp4")).toContain("not public");
    expect(row("2.mp4")).toContain("none");
  });
});
