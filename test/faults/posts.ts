import { bodyOf } from "../../client/index.ts";
import type { Stack } from "../e2e/stack.ts";

/* What is uploaded in the fault run. */

export type Kind = "upload" | "url" | "text" | "missing-url" | "empty-url" | "empty-upload" | "cancelled";

/** Of twelve posts five are uploads, two come from a URL, four cannot succeed, and one is cancelled for good. */
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
  "empty-url",
  "empty-upload",
];

type Inputs = { clip: string; text: string; url(name: string): string };

export async function createPost(stack: Stack, kind: Kind, n: number, inputs: Inputs): Promise<string> {
  const file = async () => {
    switch (kind) {
      case "upload":
      case "empty-upload":
      case "cancelled":
        return { uploadId: await stack.upload(inputs.clip), fileName: "clip.mp4" };
      case "text":
        return { uploadId: await stack.upload(inputs.text), fileName: "text.mp4" };
      case "url":
        return { sourceUrl: inputs.url(`clip-${n}.mp4`), fileName: "clip.mp4" };
      case "missing-url":
        return { sourceUrl: inputs.url("missing.mp4"), fileName: "missing.mp4" };
      case "empty-url":
        return { sourceUrl: inputs.url("empty.mp4"), fileName: "empty.mp4" };
      default:
        return kind satisfies never;
    }
  };
  const post = { title: `Fault run ${n % 5}`, resourceType: "VIDEO", autoPublish: true } as const;
  const body = { ...post, uploadFileList: [await file()] };
  const { videoPostId } = bodyOf(await stack.client.createVideoPost({ body }));
  if (kind === "empty-upload") await emptyUpload(stack, videoPostId);
  return videoPostId;
}

/** Nobody can make such a post; what an earlier version stored is like this. */
async function emptyUpload(stack: Stack, videoPostId: string): Promise<void> {
  const database = await stack.database();
  const [file] = await database.rows("video_file_post", { video_id: videoPostId });
  await database.change("upload_session", { size: 0, offset: 0 }, { upload_id: file!.upload_id });
}
