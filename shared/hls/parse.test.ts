import { describe, expect, it } from "vitest";
import { seededRandom } from "../../test/fixtures/seeded-random.ts";
import { parsePlaylist } from "./parse.ts";
import { stringifyPlaylist } from "./stringify.ts";

const FILLERS = [
  "",
  "  ",
  "# a comment",
  "#EXT-X-VENDOR",
  '#EXT-X-VENDOR:a="b,,c',
  "#EXTRA:é 雪",
  "#",
  "#EXT-X-VERSION:3",
];
const LISTS = ['A=1,B="x,y=z"', 'URI="a?b=c,d"', "R=1x2,H=0XaF,D=-3.0,E=YES", 'X-Y="",Z=18446744073709551615'];
const MEDIA = ["#EXT-X-DISCONTINUITY", "#EXT-X-KEY:%", "#EXT-X-MAP:%", "#EXT-X-BYTERANGE:1@2", "#EXT-X-DATERANGE:%"];
const MULTIVARIANT = ["#EXT-X-MEDIA:%", "#EXT-X-SESSION-KEY:%", "#EXT-X-I-FRAME-STREAM-INF:%", "#EXT-X-SESSION-DATA:%"];

function randomPlaylist(random: () => number): string {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const isMedia = random() < 0.5;
  const tags = isMedia ? MEDIA : MULTIVARIANT;
  const announce = isMedia ? "#EXTINF:6.00,a title" : "#EXT-X-STREAM-INF:%";
  const lines = ["#EXTM3U", isMedia ? "#EXT-X-TARGETDURATION:6" : pick(tags)];
  for (let entries = Math.floor(random() * 12); entries > 0; entries -= 1) {
    lines.push(pick(FILLERS), pick(tags), announce, pick(FILLERS), pick(["seg 1.ts", "https://a.example/é?x=%2F,y"]));
  }
  const text = lines.map((line) => line.replace(":%", `:${pick(LISTS)}`) + pick(["\n", "\r\n"])).join("");
  return random() < 0.3 ? text.trimEnd() : text;
}

describe("parsing a playlist", () => {
  it("restores the same text when printed, for 2,000 random playlists", () => {
    const random = seededRandom(8216);
    for (let round = 0; round < 2_000; round += 1) {
      const text = randomPlaylist(random);
      const parsed = parsePlaylist(text);
      if (parsed.kind === "broken") throw new Error(`${parsed.fault} in line ${parsed.line} of\n${text}`);
      expect(stringifyPlaylist(parsed.playlist)).toBe(text);
    }
  });

  it("takes every line for what it is", () => {
    const text = "#EXTM3U\r\n\n#EXT-X-KEY:METHOD=NONE\n# note\n#EXTINF:6,\nseg_00001.ts\n#EXT-X-ENDLIST";
    const parsed = parsePlaylist(text);
    expect(parsed).toEqual({
      kind: "parsed",
      playlist: {
        kind: "media",
        lines: [
          { type: "tag", name: "EXTM3U", value: { form: "none" }, ending: "\r\n" },
          { type: "blank", text: "", ending: "\n" },
          {
            type: "tag",
            name: "EXT-X-KEY",
            value: {
              form: "attribute-list",
              attributes: [{ name: "METHOD", value: { type: "enumerated", raw: "NONE" } }],
            },
            ending: "\n",
          },
          { type: "comment", text: "# note", ending: "\n" },
          { type: "tag", name: "EXTINF", value: { form: "text", text: "6," }, ending: "\n" },
          { type: "uri", text: "seg_00001.ts", ending: "\n" },
          { type: "tag", name: "EXT-X-ENDLIST", value: { form: "none" }, ending: "" },
        ],
      },
    });
  });

  it("does not parse the attributes of unknown tags", () => {
    const text = '#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-VENDOR:URI="never closed\n';
    expect(parsePlaylist(text).kind).toBe("parsed");
  });

  it("never puts the text into a refusal, since it may hold a token", () => {
    const refused = parsePlaylist('#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="/key?token=secret\n');
    expect(refused.kind).toBe("broken");
    expect(JSON.stringify(refused)).not.toContain("secret");
  });
});
