import type { ContentKeys } from "../../../shared/application/protocols/job-protocol.ts";
import type { KeyState } from "./gate-specification.ts";
import { call, claim, createPost, encryptPost, report, transcodeReport } from "./published-post.ts";
import { administer } from "./viewing.ts";
import { startWorker, type TestWorker } from "./worker.ts";

/* The posts behind the gate's table: all play when the tokens are issued, and then something happens to each. */

export type Part = { readonly videoPostId: string; readonly fileIndex: number; readonly keys: ContentKeys };
type Post = { readonly videoPostId: string; readonly parts: readonly [Part, Part] };

const NAMES = ["playing", "inGrace", "pastGrace", "revoked", "beingRotated", "deleted", "elsewhere"] as const;
export type Posts = Readonly<Record<(typeof NAMES)[number], Post>>;
/** Key ids of the versions that came later. */
export type LaterKeys = { readonly replacing: ContentKeys; readonly beingMade: ContentKeys };

export async function publishPosts(worker: TestWorker): Promise<Posts> {
  const posts: [string, Post][] = [];
  for (const name of NAMES) posts.push([name, await publishTwoParts(worker, name)]);
  return Object.fromEntries(posts) as Posts;
}

async function publishTwoParts(worker: TestWorker, title: string): Promise<Post> {
  const files = ["one.mp4", "two.mp4"].map((fileName) => ({
    sourceUrl: `https://origin.example/${fileName}`,
    fileName,
  }));
  const videoPostId = await createPost(worker, { title, uploadFileList: files });
  for (const _ of files) {
    const order = await claim(worker, videoPostId);
    await report(worker, order, "transcode-result", transcodeReport(["1080p", "720p", "480p", "360p"]));
  }
  const made = [await encryptPost(worker, videoPostId), await encryptPost(worker, videoPostId)];
  const { files: stored } = (await worker.context.posts.load(videoPostId))!;
  const part = (fileIndex: number): Part => {
    const { playing } = stored.find((file) => file.fileIndex === fileIndex)!;
    return { videoPostId, fileIndex, keys: made.find(({ encryptedPrefix }) => encryptedPrefix === playing?.prefix)! };
  };
  return { videoPostId, parts: [part(0), part(1)] };
}

/** What happens between the start of the sessions and the requests of the table. */
export async function changePosts(worker: TestWorker, posts: Posts): Promise<LaterKeys> {
  const replacing = await rotate(worker, posts.inGrace);
  // Of a grace of one second nothing is left: the worker of the table has its clock a minute later.
  await rotate(startWorker({ KEY_GRACE_SECONDS: 1 }), posts.pastGrace);
  const version = { videoPostId: posts.revoked.videoPostId, fileIndex: 0, keyVersion: 1 };
  await done(administer(worker, "POST", "/admin/video/enc/revoke", version));
  await done(administer(worker, "DELETE", `/api/v2/video-posts/${posts.deleted.videoPostId}`, undefined));
  await requestRotation(worker, posts.beingRotated);
  const order = await claim(worker, posts.beingRotated.videoPostId);
  const beingMade = (await (await call(worker, order, "keys")).json()) as ContentKeys;
  await worker.settled();
  return { replacing, beingMade };
}

async function rotate(worker: TestWorker, post: Post): Promise<ContentKeys> {
  await requestRotation(worker, post);
  return encryptPost(worker, post.videoPostId);
}

function requestRotation(worker: TestWorker, { videoPostId }: Post): Promise<void> {
  return done(administer(worker, "POST", "/admin/video/enc/rotate", { videoPostId, fileIndex: 0 }));
}

async function done(answer: Promise<{ status: number; body: unknown }>): Promise<void> {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
}

/** The post whose first part a row's token is for. */
export function postOf(posts: Posts, key: KeyState): Post {
  switch (key) {
    case "the key of a replaced version in its grace":
    case "the key of the version that replaced the token's":
      return posts.inGrace;
    case "the key of a replaced version after its grace":
      return posts.pastGrace;
    case "the key of a revoked version":
      return posts.revoked;
    case "the key of a deleted post":
      return posts.deleted;
    case "the key of a version that is being made":
      return posts.beingRotated;
    default:
      return posts.playing;
  }
}

/** Every key that was ever made for them, by its id. */
export function contentKeys(posts: Posts, later: LaterKeys): ReadonlyMap<string, string> {
  const first = Object.values(posts).flatMap(({ parts }) => parts.map(({ keys }) => keys));
  const all = [...first, later.replacing, later.beingMade].flatMap(({ keys }) => keys);
  return new Map(all.map(({ keyId, key }) => [keyId, key]));
}

/** The key id that a row's requests name; null for none. */
export function keyIdOf(posts: Posts, later: LaterKeys, key: KeyState, quality: string): string | null {
  const of = ({ keys }: ContentKeys, wanted = quality) => keys.find((one) => one.quality === wanted)!.keyId;
  switch (key) {
    case "the key of the version that replaced the token's":
      return of(later.replacing);
    case "the key of a version that is being made":
      return of(later.beingMade);
    case "the key of another quality":
      return of(posts.playing.parts[0].keys, quality === "360p" ? "480p" : "360p");
    case "the key of another part":
      return of(posts.playing.parts[1].keys);
    case "the key of a third post":
      return of(posts.beingRotated.parts[0].keys);
    case "a key that never was":
      return "A".repeat(22);
    case "no key id":
      return null;
    default:
      return of(postOf(posts, key).parts[0].keys);
  }
}
