import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Stack } from "../e2e/stack.ts";
import { type Pace, startRhythm } from "./pace.ts";

export type EmptyUploads = {
  readonly refused: () => number;
  stop(): Promise<void>;
  /** Rejects when one of them was not refused. */
  readonly broken: Promise<never>;
};

/** An editor who uploads files of no bytes, whose length is declared first or last; both ways are refused. */
export async function startEmptyUploads(
  stack: Stack,
  directory: string,
  pace: Pace,
  every: readonly [number, number],
): Promise<EmptyUploads> {
  const path = join(directory, "empty.mp4");
  await writeFile(path, "");
  let refused = 0;
  const rhythm = startRhythm(
    () => pace.draw(every),
    async () => {
      await (refused % 2 === 0 ? refuseAtOnce(stack, path) : refuseAtTheEnd(stack));
      refused++;
    },
  );
  return { refused: () => refused, stop: rhythm.stop, broken: rhythm.broken };
}

async function refuseAtOnce(stack: Stack, path: string): Promise<void> {
  const refusal = await stack.upload(path).then(
    () => "none",
    (error: unknown) => String(error),
  );
  requireRefusal("an empty upload", refusal);
}

/** No post is made of an upload that was started this way. */
async function refuseAtTheEnd(stack: Stack): Promise<void> {
  const headers = { authorization: `Bearer ${stack.adminKey}`, "tus-resumable": "1.0.0" };
  const uploads = `${stack.origin}/api/v2/uploads`;
  const begun = await fetch(uploads, { method: "POST", headers: { ...headers, "upload-defer-length": "1" } });
  const location = begun.headers.get("location");
  if (location === null) throw new Error(`an upload of unknown length: ${begun.status} ${await begun.text()}`);
  const ending = { "upload-offset": "0", "upload-length": "0", "content-type": "application/offset+octet-stream" };
  const url = new URL(location, uploads);
  const ended = await fetch(url, { method: "PATCH", headers: { ...headers, ...ending }, body: new Uint8Array(0) });
  requireRefusal("an upload that ends empty", `${ended.status} ${await ended.text()}`);
  const uploadId = url.pathname.split("/").at(-1)!;
  const uploadFileList = [{ uploadId, fileName: "empty.mp4" }];
  const body = { title: "An empty upload", resourceType: "VIDEO", uploadFileList } as const;
  const post = await stack.client.createVideoPost({ body });
  if (post.status !== 409) throw new Error(`a post of an empty upload: ${JSON.stringify(post)}`);
}

function requireRefusal(what: string, refusal: string): void {
  if (!refusal.includes("The file is empty.")) throw new Error(`${what} was not refused: ${refusal}`);
}
