import { describe, expect, it } from "vitest";
import { parseTextTrack } from "./parse-text-track.ts";
import { parseWebVtt } from "./parse-webvtt.ts";
import { printWebVtt } from "./print-webvtt.ts";

const FILE = `WEBVTT - a title

NOTE who made it

REGION
id:fred
width:40%
lines:3

STYLE
::cue(b) { color: lime; }

second
00:00:05.000 --> 00:00:07.250 align:left line:0
<v Anna>Two & <b>three</b>
lines

01.5 is no id
00:01.000 --> 100:00:02.000 region:fred
First
`;

describe("parseWebVtt", () => {
  it("keeps ids, settings, styles, regions and markup, and orders the cues", () => {
    const parsed = parseWebVtt(FILE);
    expect(parsed.kind === "parsed" && parsed.track).toEqual({
      styles: ["::cue(b) { color: lime; }"],
      regions: ["id:fred width:40% lines:3"],
      cues: [
        { id: "01.5 is no id", startMs: 1000, endMs: 360_002_000, settings: ["region:fred"], text: "First" },
        {
          id: "second",
          startMs: 5000,
          endMs: 7250,
          settings: ["align:left", "line:0"],
          text: "<v Anna>Two &amp; <b>three</b>\nlines",
        },
      ],
    });
  });

  it("prints what it parses to the same track", () => {
    const first = parseWebVtt(FILE);
    if (first.kind === "refused") throw new Error(first.reason);
    expect(parseWebVtt(printWebVtt(first.track))).toEqual(first);
    expect(printWebVtt(first.track, ["X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:126000"])).toMatch(
      /^WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:126000\n\nREGION\nid:fred /,
    );
  });

  it("escapes a voice whose annotation HTML would read as attributes", () => {
    const parsed = parseWebVtt("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Bob onfocus=alert(1) autofocus>Hello\n");
    expect(parsed.kind === "parsed" && parsed.track.cues[0]?.text).toBe(
      "&lt;v Bob onfocus=alert(1) autofocus&gt;Hello",
    );
  });

  it.each(["\r\n", "\r"])("reads lines that end with %j, behind a byte order mark", (ending) => {
    expect(parseWebVtt(`\uFEFF${FILE.replaceAll("\n", ending)}`)).toEqual(parseWebVtt(FILE));
  });

  it("keeps cues that overlap", () => {
    const parsed = parseWebVtt("WEBVTT\n\n00:01.000 --> 00:05.000\na\n\n00:02.000 --> 00:03.000\nb\n");
    expect(parsed.kind === "parsed" && parsed.track.cues.map(({ text }) => text)).toEqual(["a", "b"]);
  });

  it("escapes what is no markup of WebVTT", () => {
    const cue = (text: string) => {
      const parsed = parseWebVtt(`WEBVTT\n\n00:01.000 --> 00:05.000\n${text}\n`);
      return parsed.kind === "parsed" ? parsed.track.cues[0]?.text : parsed;
    };
    expect(cue("<script>alert(1)</script>")).toBe("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(cue('<img src=x onerror="a">')).toBe('&lt;img src=x onerror="a"&gt;');
    expect(cue('<b onclick="a">x</b>')).toBe('&lt;b onclick="a"&gt;x</b>');
    expect(cue("1 < 2 > 0 & &amp; &#39; &nope;")).toBe("1 &lt; 2 &gt; 0 &amp; &amp; &#39; &amp;nope;");
    expect(cue("<c.yellow.bg_blue>x</c> <00:00:02.000>y <lang en>z</lang>")).toBe(
      "<c.yellow.bg_blue>x</c> <00:00:02.000>y <lang en>z</lang>",
    );
  });

  it.each([
    ["", 1, /not WEBVTT/],
    ["WEBVTTX\n", 1, /not WEBVTT/],
    ["WEBVTT\n00:01.000 --> 00:02.000\na\n", 2, /blank line/],
    ["WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000\n\n00:01.000 --> 00:02.000\na\n", 2, /X-TIMESTAMP-MAP/],
    ["WEBVTT\n\n00:01,000 --> 00:02,000\na\n", 3, /not like/],
    ["WEBVTT\n\n1:00:01.000 --> 1:00:02.000\na\n", 3, /not like/],
    ["WEBVTT\n\n00:61.000 --> 01:02.000\na\n", 3, /not like/],
    ["WEBVTT\n\n00:02.000 --> 00:02.000\na\n", 3, /ends at or before/],
    ["WEBVTT\n\n00:01.000 --> 00:02.000 colour:red\na\n", 3, /setting that WebVTT does not have/],
    ["WEBVTT\n\n00:01.000 --> 00:02.000 size:101%\na\n", 3, /setting size/],
    ["WEBVTT\n\n00:01.000 --> 00:02.000 size:1% size:2%\na\n", 3, /twice/],
    ["WEBVTT\n\n00:01.000 --> 00:02.000 region:no\na\n", 3, /does not define/],
    ["WEBVTT\n\njust text\n", 3, /without a time/],
    ["WEBVTT\n\n00:01.000 --> 00:02.000\na\n00:03.000 --> 00:04.000\nb\n", 5, /blank line/],
    ["WEBVTT\n\nNOTE\n00:03.000 --> 00:04.000\nb\n", 4, /comment/],
    ["WEBVTT\n\n00:01.000 --> 00:02.000\na\n\nSTYLE\n::cue {}\n", 6, /before the first cue/],
    ["WEBVTT\n\nSTYLE\n@import 'http://a/b'\n", 3, /fetches/],
    ["WEBVTT\n\nSTYLE\n::cue { background: URL (x) }\n", 3, /fetches/],
    ["WEBVTT\n\nSTYLE\n::cue { background: image-set('x.png' 1x) }\n", 3, /fetches/],
    ["WEBVTT\n\nSTYLE\n::cue { background: src('x.png') }\n", 3, /fetches/],
    ["WEBVTT\n\nSTYLE\n::cue { background: u\\72l(x) }\n", 3, /backslash/],
    ["WEBVTT\n\nREGION\nwidth:40%\n", 3, /REGION/],
    ["WEBVTT\n\n00:01.000 --> 00:02.000\n\n", 0, /no cues/],
  ])("refuses %j in line %i", (text, line, reason) => {
    const parsed = text.startsWith("WEBVTT\n") ? parseTextTrack(text) : parseWebVtt(text);
    expect(parsed).toMatchObject({ kind: "refused", line, reason: expect.stringMatching(reason) });
  });

  it("limits the length and the number of cues", () => {
    const cue = "00:01.000 --> 00:02.000\n";
    expect(parseWebVtt(`WEBVTT\n\n${cue}${"a".repeat(4001)}\n`)).toMatchObject({ kind: "refused", line: 3 });
    expect(parseWebVtt(`WEBVTT\n\n${`${cue}a\n\n`.repeat(20_001)}`)).toMatchObject({ kind: "refused", line: 60_003 });
  });
});
