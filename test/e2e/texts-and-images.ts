import { expect } from "vitest";
import { bodyOf, type IssuedToken } from "../../client/index.ts";
import { type Shown, subRip } from "../fixtures/media/subtitled-clip.ts";
import type { Part, Stack } from "./stack.ts";

/* What a part has beside its renditions: captions in two languages, chapters, and a poster that an editor has chosen. */

const CAPTIONS: readonly { readonly language: string; readonly name: string; readonly cues: readonly Shown[] }[] = [
  { language: "en", name: "English", cues: [[0.5, 1.5, 'It\'s <i>locked</i>, "they" said.']] },
  {
    ...{ language: "ja", name: "日本語" },
    cues: [
      [0.5, 1.5, "鍵がかかっている。"],
      [2, 3, "梯子 🪜"],
    ],
  },
];

const CHAPTERS = [
  { startSeconds: 0, title: "Start" },
  { startSeconds: 2.5, title: 'The "lock" \\ the key' },
];

/** The chosen poster is another one than the best candidate, which a part has without a choice. */
export async function addTextsAndPoster({ client }: Stack, part: Part): Promise<void> {
  const params = paramsOf(part);
  for (const { language, name, cues } of CAPTIONS) {
    const file = { type: "application/x-subrip", content: subRip(cues) } as const;
    bodyOf(await client.addCaption({ params, query: { language, name }, file }));
  }
  const file = { type: "application/json", content: JSON.stringify({ chapters: CHAPTERS }) } as const;
  bodyOf(await client.setChapters({ params, file }));
  const { files } = bodyOf(await client.getVideoPost({ params }));
  const { poster, candidates } = files[part.fileIndex]!.images;
  const chosen = candidates.find(({ number }) => number !== poster?.candidate);
  bodyOf(await client.setPoster({ params, body: { candidate: chosen!.number } }));
}

/** What editors read of it. */
export async function editedTexts({ client }: Stack, part: Part): Promise<unknown> {
  const params = paramsOf(part);
  const { captions } = bodyOf(await client.listCaptions({ params }));
  return { captions, chapters: bodyOf(await client.getChapters({ params })).chapters };
}

/** What players get with a token: the captions of the master playlist with their texts, the chapters, and the pictures. */
export async function playedTextsAndImages({ origin }: Stack, { masterUrl }: IssuedToken): Promise<unknown> {
  const master = new URL(masterUrl, origin);
  const renditions = (await textOf(master)).split("\n").filter((line) => line.includes("TYPE=SUBTITLES"));
  const captions = renditions.map(async (line) => {
    const playlist = new URL(attributeOf(line, "URI"), master);
    const segment = (await textOf(playlist)).split("\n").find((entry) => entry !== "" && !entry.startsWith("#"));
    return [attributeOf(line, "LANGUAGE"), attributeOf(line, "NAME"), await textOf(new URL(segment!, playlist))];
  });
  const beside = (name: string) => Object.assign(new URL(name, master), { search: master.search });
  return {
    captions: await Promise.all(captions),
    chapters: [await textOf(beside("chapters.vtt")), await textOf(beside("chapters.json"))],
    images: await Promise.all(["poster.jpg", "storyboard-1.jpg"].map((name) => hashOf(beside(name)))),
  };
}

function paramsOf({ videoPostId, fileIndex }: Part) {
  return { videoPostId, fileIndex: String(fileIndex) };
}

function attributeOf(line: string, name: string): string {
  return new RegExp(`[:,]${name}="([^"]*)"`).exec(line)![1]!;
}

async function textOf(url: URL): Promise<string> {
  return (await found(url)).text();
}

async function hashOf(url: URL): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await (await found(url)).arrayBuffer());
  return Buffer.from(digest).toString("hex");
}

async function found(url: URL): Promise<Response> {
  const answer = await fetch(url);
  expect([url.pathname, answer.status]).toEqual([url.pathname, 200]);
  return answer;
}
