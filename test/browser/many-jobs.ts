import { uuidV7 } from "../../shared/lib/random-id.ts";
import type { Stack } from "../e2e/stack.ts";

const MANY = 10_000;

const CODES = ["source-unreachable", "format-not-supported", "out-of-memory"] as const;
const RIGHT_TO_LEFT = "فيلم عن الجبال";

/**
 * 10,000 posts with one part each, and their transcode jobs, which ended in the last 20 hours: every fiftieth failed, every
 * hundredth was cancelled; and 200 launches. Every post has 2 MB of ciphertext.
 */
export async function fillWithJobs(stack: Stack, now: number): Promise<void> {
  const database = await stack.database();
  const all = Array.from({ length: MANY }, (_, n) => {
    const finishedAt = now - n * 7000;
    const [videoPostId, fileId, jobId] = [uuidV7(finishedAt), uuidV7(finishedAt), uuidV7(finishedAt)];
    return { n, finishedAt, videoPostId, fileId, jobId };
  });
  await database.insert(
    "video_post",
    all.map(({ n, videoPostId, finishedAt }) => {
      const title = n % 100 === 7 ? RIGHT_TO_LEFT : `Film ${n}`;
      return {
        ...{ id: videoPostId, author_id: "author", title, title_folded: title.toLowerCase(), title_folded_from: title },
        ...{ slug: `film-${n}`, description: "", resource_type: "VIDEO", status: "PUBLISHED", interaction: "{}" },
        ...{ access: "POLICY", auto_publish: true, duration: 60, audit_result: "PASSED", published_at: finishedAt },
        ...{ version: 1, next_file_index: 1, created_at: finishedAt, updated_at: finishedAt },
      };
    }),
  );
  await database.insert(
    "video_file_post",
    all.map(({ fileId, videoPostId, jobId, finishedAt }) => ({
      ...{ id: fileId, video_id: videoPostId, file_index: 0, position: 0, file_name: "film.mp4", duration: 60 },
      ...{ transfer_result: "SUCCESS", encrypt_status: "ENCRYPTED", update_type: "NO_UPDATE", key_version: 1 },
      ...{ file_path: `clear/${jobId}/`, file_path_job_id: jobId, enc_path: `enc/${jobId}/`, enc_path_job_id: jobId },
      ...{ warnings: "[]", created_at: finishedAt },
    })),
  );
  await database.insert(
    "video_hls_abr_variant",
    all.map(({ fileId, jobId }) => ({
      ...{ file_id: fileId, transcode_job_id: jobId, quality: "480p", alias: "v2", peak_bandwidth: 1, codecs: "avc1" },
      ...{ average_bandwidth: 1, segment_count: 10, bytes: 2_000_000 },
    })),
  );
  await database.insert(
    "video_transcode_job",
    all.map(({ n, videoPostId, fileId, jobId, finishedAt }) => {
      const state = n % 50 === 1 ? "FAILED" : n % 100 === 2 ? "CANCELLED" : "SUCCEEDED";
      const due = finishedAt - 100_000;
      return {
        ...{ job_id: jobId, video_post_id: videoPostId, file_id: fileId, kind: "TRANSCODE", state, claim_no: 1 },
        ...{ attempt: 1, max_attempts: 5, run_after: due, cancel_requested: false, created_at: due },
        ...{ started_at: due + 2000 + (n % 20) * 100, finished_at: finishedAt, updated_at: finishedAt },
        ...{ fail_code: state === "FAILED" ? CODES[n % 3] : null },
        fail_reason: state === "FAILED" ? "The conversion did not come to an end." : null,
      };
    }),
  );
  await database.insert(
    "job_launch",
    all.slice(0, 200).map(({ n, jobId, finishedAt }) => ({
      ...{ launch_id: uuidV7(finishedAt), job_id: jobId, runs_job_id: jobId, claim_no: 0, number: 1, tries: 1 },
      ...{ state: n % 4 === 0 ? "REFUSED" : "ENDED", platform: "fly-machines", region: "fra", platform_id: `m${n}` },
      ...{ cause: n % 4 === 0 ? "capacity" : null, reason: n % 4 === 0 ? "No room in fra." : null },
      ...{ exit_code: n % 4 === 0 ? null : 0, created_at: finishedAt, updated_at: finishedAt, claim_by: finishedAt },
    })),
  );
}
