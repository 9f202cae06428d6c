import { applyVideoPostTranscodeResult } from "../../shared/application/commands/apply-video-post-results.ts";
import { secretId, uuidV7 } from "../../shared/lib/random-id.ts";
import type { TestPersistence } from "./persistence.ts";
import { claim, fenceOf, LADDER, LEASE_MS, NOW, variantOf } from "./steps.ts";

/** Claims the transcode job and records a result whose processor claims the encrypt job itself. Returns its id. */
export async function transcodeAndFollow(
  persistence: TestPersistence,
  launchAfter: number,
  jobId?: string,
): Promise<string> {
  const lease = { leaseToken: secretId(), owner: "tester", now: NOW, leaseMs: LEASE_MS };
  const held = jobId === undefined ? await claim(persistence) : await persistence.jobs.claimOne({ jobId, ...lease });
  if (held === null) throw new Error("the job is not due");
  const { videoPostId, fileId } = held.job;
  const encryptJobId = uuidV7(NOW);
  const made = { transcodeJobId: held.job.jobId, prefix: "a-film/c1/", durationSeconds: 18, warnings: [] };
  const probe = { container: "mp4", headerDuration: 18, video: null, audio: null };
  const result = { kind: "done", ...made, probe, variants: LADDER.map(variantOf), encryptJobId, launchAfter } as const;
  const target = { videoPostId, fileId, fence: fenceOf(held) };
  const outcome = await applyVideoPostTranscodeResult(persistence.posts, target, result, NOW);
  if (outcome.kind !== "done") throw new Error(outcome.kind);
  return encryptJobId;
}
