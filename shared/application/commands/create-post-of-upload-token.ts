import { uploadFileName } from "../../domain/uploads/upload.ts";
import type { UploadTokenWithUpload } from "../../domain/uploads/upload-token.ts";
import type { KeyVault } from "../../key-vault/key-vault.ts";
import { uuidV7 } from "../../lib/random-id.ts";
import type { UploadTokenStore } from "../ports/upload-token-store.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";
import { createVideoPost } from "./create-video-post.ts";

type Deps = {
  readonly uploadTokens: Pick<UploadTokenStore, "find" | "reservePost" | "markPostCreated">;
  readonly posts: VideoPostRepository;
  readonly vault: KeyVault;
};

/**
 * Creates the post of a token whose upload is complete; does nothing before that and afterwards. The id of the post is
 * reserved first, so every repetition, also after a crash, meets the same post. Returns the id of a post that exists.
 */
export async function createPostOfUploadToken(deps: Deps, tokenId: string, now: number): Promise<string | null> {
  const { uploadTokens, posts } = deps;
  const token = await uploadTokens.find(tokenId);
  if (token === null || token.upload?.state !== "COMPLETE") return null;
  if (token.postCreatedAt !== null) return token.videoPostId;
  const videoPostId = await uploadTokens.reservePost({ tokenId, videoPostId: uuidV7(now) });
  if (videoPostId === null) return null;
  if ((await posts.load(videoPostId)) === null) await create(deps, await reserved(deps, tokenId), videoPostId, now);
  await uploadTokens.markPostCreated(tokenId, now);
  return videoPostId;
}

/** Read again: until the reservation another upload could become that of the token. */
async function reserved({ uploadTokens }: Deps, tokenId: string): Promise<UploadTokenWithUpload> {
  const token = await uploadTokens.find(tokenId);
  if (token === null) throw new Error("an upload token with a reserved post is not there");
  return token;
}

async function create(deps: Deps, token: UploadTokenWithUpload, videoPostId: string, now: number): Promise<void> {
  const { uploadId, upload, postDefaults } = token;
  if (uploadId === null || upload === null) throw new Error("a complete upload token has no upload");
  const fileName = uploadFileName(upload.metadata);
  const source = { kind: "upload", uploadId } as const;
  const part = { source, fileName, fileSize: upload.size, durationSeconds: null };
  const title = postDefaults.title ?? fileName.slice(0, LONGEST_TITLE);
  const post = { ...postDefaults, by: token.owner, title, uploadFileList: [part] };
  const outcome = await createVideoPost(deps, post, now, videoPostId);
  if (outcome.kind === "refused") throw new Error(`the post of an upload token was refused: ${outcome.refusal.kind}`);
}

const LONGEST_TITLE = 200;
