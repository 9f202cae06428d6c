import { beforeAll, describe, expect, it } from "vitest";
import { decideAndSave } from "../../../shared/application/decide-and-save.ts";
import {
  applyEncryptResult,
  applyTranscodeResult,
  type EncryptResult,
  stageKeys,
  type TranscodeResult,
} from "../../../shared/domain/job-outcomes/job-results.ts";
import type { VideoFile } from "../../../shared/domain/part/video-file.ts";
import { type Decision, settle, type VideoPost } from "../../../shared/domain/post/video-post.ts";
import type { Quality } from "../../../shared/domain/quality/quality.ts";
import { STANDARD_POLICY_RULE } from "../../../shared/domain/quality/quality-auth.ts";
import { uuidV7 } from "../../../shared/lib/random-id.ts";
import { PARAMETER_BYTES } from "../support/d1-limits.ts";
import { database } from "../support/inspection.ts";
import { type Measured, measure } from "../support/measured.ts";
import { createPost, transcodeReport } from "../support/published-post.ts";
import { startWorker } from "../support/worker.ts";

/* The largest post that the project answers for, on D1 under its limits. Nothing is stored of its media. */

const PARTS = 100;
const LADDER: readonly Quality[] = ["1080p", "720p", "480p", "360p"];
const VERSIONS = 40;
const GRACE_MS = 6 * 3600_000;

const worker = startWorker();
const { context } = worker;
let videoPostId: string;

type Step = (post: VideoPost, file: VideoFile) => Decision;

/** Makes the changes to each part, as if all their jobs ended at once, and saves once. */
async function changeEveryPart(steps: readonly Step[]): Promise<Measured<unknown>["count"]> {
  const { value: outcome, count } = await measure(() =>
    decideAndSave(context.posts, videoPostId, { actor: "tester", action: "job.retry" }, context.now(), (post) => {
      const changed = steps.reduce(
        (soFar, step) => soFar.files.reduce((one, { id }) => applied(one, id, step), soFar),
        post,
      );
      return { kind: "changed", change: settle(changed, [], context.now()), value: undefined };
    }),
  );
  if (outcome.kind !== "done") throw new Error(outcome.kind);
  return count;
}

function applied(post: VideoPost, fileId: string, step: Step): VideoPost {
  const decision = step(post, post.files.find(({ id }) => id === fileId)!);
  if (decision.kind !== "changed") throw new Error(JSON.stringify(decision));
  return decision.change.post;
}

const transcoded: Step = (post, file) => {
  const transcodeJobId = uuidV7(context.now());
  const prefix = `a-film/${transcodeJobId}/c1/`;
  const made = { ...transcodeReport(LADDER), transcodeJobId, prefix, encryptJobId: uuidV7(context.now()) };
  return applyTranscodeResult(post, file.id, { kind: "done", ...made } satisfies TranscodeResult, context.now());
};

/** The next version is staged and plays, as a rotation leaves it. */
function encrypted(keyVersion: number): Step[] {
  const now = context.now();
  const stage: Step = (post, file) => {
    const drafts = LADDER.map((quality) => {
      const keyId = uuidV7(now);
      const keyUriTemplate = `/video/enc/key?keyId=${keyId}&quality=${quality}&token=__TOKEN__`;
      return { keyId, quality, wrappedKey: "w".repeat(60), kekId: context.vault.currentKekId, keyUriTemplate };
    });
    return stageKeys(
      post,
      { fileId: file.id, jobId: `job-${keyVersion}` },
      drafts,
      keyVersion,
      STANDARD_POLICY_RULE,
      now,
    );
  };
  const publish: Step = (post, file) => {
    const { prefix: clearPrefix } = file.clear!;
    const prefix = clearPrefix.replace("c1/", `enc/k${keyVersion}-c${keyVersion}/`);
    const { variants } = transcodeReport(LADDER);
    const jobId = `job-${keyVersion}`;
    const done = { kind: "done", jobId, clearPrefix, prefix, keyVersion, variants } as const;
    return applyEncryptResult(post, file.id, { ...done, retireAt: now + GRACE_MS } satisfies EncryptResult, now);
  };
  return [stage, publish];
}

async function measured(method: string, path: string, body?: unknown) {
  const { value: status, count } = await measure(async () => {
    const answer = await worker.admin(method, path, body);
    await worker.settled();
    return answer.status;
  });
  return { status, count };
}

async function keysByStatus(): Promise<Record<string, number>> {
  const files = await database.rows("video_file_post", { video_id: videoPostId });
  const keys = await database.rows<{ status: string }>("video_hls_encrypt_key", { file_id: files.map(({ id }) => id) });
  const byStatus = Map.groupBy(keys, ({ status }) => status);
  return Object.fromEntries([...byStatus].map(([status, some]) => [status, some.length]));
}

beforeAll(async () => {
  const url = `https://origin.example/${"d".repeat(1800)}/film.mp4`;
  const uploadFileList = Array.from({ length: PARTS }, (_, n) => ({ sourceUrl: url, fileName: `part-${n}.mp4` }));
  videoPostId = await createPost(worker, { description: "ä".repeat(10_000), uploadFileList });
  // Faster than any rotation: all versions are within their grace, so that all keys are in use.
  const versions = Array.from({ length: VERSIONS }, (_, n) => encrypted(n + 1));
  await changeEveryPart([transcoded, ...versions.flat()]);
});

describe(`a post of ${PARTS} parts, ${LADDER.length} qualities and ${VERSIONS} key versions`, () => {
  const path = () => `/api/v2/video-posts/${videoPostId}`;

  it("has every key that it was given", async () => {
    const each = PARTS * LADDER.length;
    expect(await keysByStatus()).toEqual({ ACTIVE: each, RETIRING: each * (VERSIONS - 1) });
  });

  it("gets another title by two rows, beside those of the feed, of the audit log and of the library", async () => {
    const { status, count } = await measured("PATCH", path(), { title: "Another title" });
    expect(status).toBe(200);
    // The revision changes twice more: when its event is taken and when the library has it.
    expect(count.changes).toBe(2 + 1 + 1 + 1 + 2);
    // The entry of the library has every part; the keys and variants are not in it.
    expect(count.bytes).toBeLessThan(PARAMETER_BYTES / 10);
    expect(count.statements).toBeLessThan(30);
  });

  it("has one key version revoked by the rows of that version", async () => {
    const revoked = { videoPostId, fileIndex: 7, keyVersion: 3 };
    const { status, count } = await measured("POST", "/admin/video/enc/revoke", revoked);
    expect(status).toBe(200);
    expect(count.changes).toBeLessThan(LADDER.length + 5);
    expect((await keysByStatus()).REVOKED).toBe(LADDER.length);
  });

  it("is rotated: one part by the rows of its job, and all of them", async () => {
    const one = await measured("POST", "/admin/video/enc/rotate", { videoPostId, fileIndex: 0 });
    expect(one.status).toBe(202);
    expect(one.count.changes).toBeLessThan(10);
    const all = await measured("POST", "/admin/video/enc/rotate", { videoPostId });
    expect(all.status).toBe(202);
    expect(all.count.statements).toBeLessThan(300);
    const published = await changeEveryPart(encrypted(VERSIONS + 1));
    // The new keys, those that they replace, and the variants; none of the 39 versions before.
    expect(published.changes).toBeLessThan(PARTS * LADDER.length * 4);
  });

  it("carries only the keys that are in use, once the grace of a version is over", async () => {
    worker.advance(GRACE_MS + 1);
    await changeEveryPart(encrypted(VERSIONS + 2));
    const each = PARTS * LADDER.length;
    expect(await keysByStatus()).toEqual({ ACTIVE: each, RETIRING: each, REVOKED: each * VERSIONS });
    const [part] = (await context.posts.load(videoPostId))!.files;
    expect(part!.keys).toHaveLength(2 * LADDER.length);
    expect(part!.lastKeyVersion).toBe(VERSIONS + 2);
  });

  it("is deleted, with all of its keys revoked", async () => {
    const { status } = await measured("DELETE", path());
    expect(status).toBe(200);
    expect(await keysByStatus()).toEqual({ REVOKED: PARTS * LADDER.length * (VERSIONS + 2) });
    expect((await context.posts.load(videoPostId))?.status).toBe("DELETED");
  });
});
