import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { readManifest } from "./manifest.ts";

const KEY = "00112233445566778899aabbccddeeff";
const part = { key: KEY, qualities: { "720p": "720p.m3u8", "360p": "https://cdn.example/360p.m3u8" } };
const manifest = { title: "A film", parts: [part] };
const read = (value: unknown) => readManifest(JSON.stringify(value));

describe("a manifest", () => {
  it("needs a title and parts with a key and qualities; the rest has defaults", () => {
    expect(read(manifest)).toEqual({
      kind: "manifest",
      manifest: {
        title: "A film",
        description: "",
        resourceType: "VIDEO",
        interaction: { comments: true, liveComments: true },
        access: "POLICY",
        autoPublish: false,
        parts: [part],
      },
    });
  });

  it("is accepted as docs/migrating.md shows it", async () => {
    const page = await readFile(new URL("../../docs/migrating.md", import.meta.url), "utf8");
    const example = /```json\n([\s\S]*?)```/.exec(page)![1]!;
    expect(readManifest(example)).toMatchObject({ kind: "manifest", manifest: { importId: "spring-2023" } });
  });

  it("may name its id, its author, clear renditions, a key in a file, and sound", () => {
    const sound = { keyFile: "a.key", qualities: { "128k": "a.m3u8" }, clear: { "128k": "clear.m3u8" }, fileName: "a" };
    const full = { ...manifest, importId: "film-7", authorId: "42", resourceType: "AUDIO", parts: [sound] };
    expect(read(full)).toMatchObject({ kind: "manifest", manifest: full });
  });

  const withPart = (more: Record<string, unknown>) => ({ ...manifest, parts: [{ ...part, ...more }] });
  it.each([
    ["no JSON", "{", /it is not JSON/],
    ["a list", "[]", /it: /],
    ["no title", { ...manifest, title: undefined }, /^title: /],
    ["a title of spaces", { ...manifest, title: "   " }, /^title: /],
    ["a word that it does not know", { ...manifest, auto_publish: true }, /auto_publish/],
    ["no parts", { ...manifest, parts: [] }, /^parts: /],
    ["51 parts", { ...manifest, parts: Array.from({ length: 51 }, () => part) }, /^parts: /],
    ["an id that is a path", { ...manifest, importId: "../up" }, /^importId: must be 1 to 100/],
    ["an id that is too long", { ...manifest, importId: "x".repeat(101) }, /^importId: /],
    ["a kind that there is not", { ...manifest, resourceType: "FILM" }, /^resourceType: /],
    ["no key", withPart({ key: undefined }), /^parts\.0: needs a key or a keyFile/],
    ["two keys", withPart({ keyFile: "a.key" }), /^parts\.0: needs a key or a keyFile, and not both/],
    ["a key of 15 bytes", withPart({ key: KEY.slice(2) }), /^parts\.0\.key: must be 32 hexadecimal digits/],
    ["a key with letters beyond F", withPart({ key: `zz${KEY.slice(2)}` }), /^parts\.0\.key: /],
    ["no qualities", withPart({ qualities: {} }), /^parts\.0\.qualities: names no quality/],
    ["a quality that there is not", withPart({ qualities: { "540p": "a.m3u8" } }), /1080p, 720p, 480p, 360p/],
    ["sound in a video", withPart({ qualities: { "128k": "a.m3u8" } }), /128k is no quality of VIDEO/],
    ["pictures in sound", { ...manifest, resourceType: "AUDIO" }, /720p is no quality of AUDIO/],
    ["an empty path", withPart({ qualities: { "720p": " " } }), /^parts\.0\.qualities\.720p: /],
    ["a path that is a number", withPart({ qualities: { "720p": 7 } }), /^parts\.0\.qualities\.720p: /],
    [
      "clear renditions of another quality",
      withPart({ clear: { "480p": "a.m3u8" } }),
      /^parts\.0: has clear renditions/,
    ],
  ])("is refused with %s, and names the reason", (_, value, problem) => {
    const outcome = typeof value === "string" ? readManifest(value) : read(value);
    expect(outcome).toMatchObject({
      kind: "wrong",
      problems: expect.arrayContaining([expect.stringMatching(problem)]),
    });
  });

  it("is refused with all of its problems at once, and never with the key in them", () => {
    const outcome = read({ ...withPart({ key: `${KEY}00`, qualities: { "540p": "x" } }), title: "" });
    if (outcome.kind !== "wrong") throw new Error("it was taken");
    expect(outcome.problems.length).toBeGreaterThanOrEqual(3);
    expect(outcome.problems.join()).not.toContain(KEY);
  });
});
