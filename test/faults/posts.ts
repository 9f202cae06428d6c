import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Stack } from "../e2e/stack.ts";

/* What is uploaded in the fault run. */

export type Kind = "upload" | "url" | "text" | "missing-url" | "cancelled";

/** Of ten posts five are uploads, two come from a URL, two cannot succeed, and one is cancelled for good. */
export const KINDS: readonly Kind[] = [
  "upload",
  "upload",
  "url",
  "cancelled",
  "text",
  "upload",
  "url",
  "upload",
  "missing-url",
  "upload",
];

type Inputs = { clip: string; text: string; url(name: string): string };

export async function createPost(stack: Stack, kind: Kind, n: number, inputs: Inputs): Promise<string> {
  const file = async () => {
    switch (kind) {
      case "upload":
      case "cancelled":
        return { uploadId: await stack.upload(inputs.clip), fileName: "clip.mp4" };
      case "text":
        return { uploadId: await stack.upload(inputs.text), fileName: "text.mp4" };
      case "url":
        return { sourceUrl: inputs.url(`clip-${n}.mp4`), fileName: "clip.mp4" };
      case "missing-url":
        return { sourceUrl: inputs.url("missing.mp4"), fileName: "missing.mp4" };
      default:
        return kind satisfies never;
    }
  };
  const response = await stack.admin("POST", "/api/v2/video-posts", {
    title: `Fault run ${n % 5}`,
    resourceType: "VIDEO",
    autoPublish: true,
    uploadFileList: [await file()],
  });
  if (response.status !== 201) throw new Error(`create: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { videoPostId: string }).videoPostId;
}

/** An upload of no bytes is refused, and so becomes no job that a processor could stumble over. */
export async function refuseEmptyUpload(stack: Stack, directory: string): Promise<void> {
  const path = join(directory, "empty.mp4");
  await writeFile(path, "");
  const refusal = await stack.upload(path).then(
    () => "none",
    (error: unknown) => String(error),
  );
  if (!refusal.includes("The file is empty.")) throw new Error(`an empty upload was not refused: ${refusal}`);
}
