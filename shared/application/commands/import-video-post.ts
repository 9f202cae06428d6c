import type { NewEvent } from "../../domain/events/domain-event.ts";
import { importPrefix } from "../../domain/part/object-keys.ts";
import { importVideoPost as importPost, type NewImportedFile } from "../../domain/post/imported-post.ts";
import type { Interaction, PostAccess, ResourceType } from "../../domain/post/video-post.ts";
import type { Quality } from "../../domain/quality/quality.ts";
import { type DefaultPolicyRule, defaultQualityAuth, publicQualityAuth } from "../../domain/quality/quality-auth.ts";
import { type SingleKeyRendition, singleKeyBinding } from "../../domain/quality/single-key-source.ts";
import type { KeyVault } from "../../key-vault/key-vault.ts";
import { uuidV7 } from "../../lib/random-id.ts";
import type { RekeyStore } from "../ports/rekey-store.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";

export type ImportVideoPost = {
  readonly importId: string;
  /** Of the content, as its prefix has it. */
  readonly digest: string;
  readonly authorId: string;
  readonly title: string;
  readonly description: string;
  readonly resourceType: ResourceType;
  readonly interaction: Interaction;
  readonly access: PostAccess;
  readonly autoPublish: boolean;
  readonly parts: readonly {
    readonly fileName: string;
    /** 16 bytes. */
    readonly key: Uint8Array<ArrayBuffer>;
    readonly renditions: readonly SingleKeyRendition[];
  }[];
};

/** "existing": the import already has a post, which is not changed. */
export type ImportedVideoPost = { readonly outcome: "created" | "existing"; readonly videoPostId: string };

type Deps = {
  readonly posts: VideoPostRepository;
  readonly rekeys: RekeyStore;
  readonly vault: KeyVault;
  readonly policyRule: DefaultPolicyRule;
};

/** ImportVideoPost: a post whose parts wait for their re-key, with wrapped keys, in one save and only once. */
export async function importVideoPost(deps: Deps, input: ImportVideoPost, now: number): Promise<ImportedVideoPost> {
  const known = await deps.rekeys.findImportedPost(input.importId);
  if (known !== null) return { outcome: "existing", videoPostId: known };
  const files = await Promise.all(input.parts.map((part, index) => newFile(deps, input, part, index, now)));
  const change = importPost({ ...input, id: uuidV7(now), files }, now);
  try {
    const created: NewEvent = { type: "VideoPostCreated", fileIndexes: files.map((_, index) => index) };
    const trace = { actor: input.authorId, action: "post.import" } as const;
    const outcome = await deps.posts.save({ ...change, events: [created, ...change.events], from: null, trace }, now);
    if (outcome !== "saved") throw new Error(`a new post could not be saved: ${outcome}`);
  } catch (error) {
    // Of two concurrent requests of one import the database accepts one.
    const winner = await deps.rekeys.findImportedPost(input.importId);
    if (winner !== null && winner !== change.post.id) return { outcome: "existing", videoPostId: winner };
    throw error;
  }
  return { outcome: "created", videoPostId: change.post.id };
}

async function newFile(
  { vault, policyRule }: Deps,
  { importId, digest, access }: ImportVideoPost,
  { fileName, key, renditions }: ImportVideoPost["parts"][number],
  index: number,
  now: number,
): Promise<NewImportedFile> {
  const id = uuidV7(now);
  const wrapped = await vault.wrap(key, singleKeyBinding(id));
  const policyOf = (quality: Quality) =>
    access === "PUBLIC" ? publicQualityAuth(quality) : defaultQualityAuth(quality, policyRule);
  return {
    id,
    fileName,
    source: { prefix: importPrefix(importId, digest, index), ...wrapped, renditions },
    qualityAuth: renditions.map(({ quality }) => policyOf(quality)),
  };
}
