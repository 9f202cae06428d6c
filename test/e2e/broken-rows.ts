import type { Inspection } from "../inspection/d1.ts";

type Post = { id: string; title: string; version: number };
type Part = {
  id: string;
  video_id: string;
  file_path_job_id: string | null;
  enc_path_job_id: string | null;
  key_version: number | null;
};
type Job = { job_id: string; file_id: string; kind: string; state: string; lease_expires_at: number | null };
type Revision = { video_post_id: string; version: number; dispatched_at: number | null };
type Variant = { file_id: string; transcode_job_id: string; quality: string };
type Key = { file_id: string; quality: string; key_version: number; status: string };
type Policy = { file_id: string; quality: string };

const ENDED = ["SUCCEEDED", "FAILED", "CANCELLED"];

/**
 * What is half-written, where every post has been published once and nothing is under way: each revision of each post is
 * there and dispatched, each pointer names the job that succeeded, and each quality has its rendition, key and policy.
 */
export async function brokenRows(database: Inspection): Promise<string[]> {
  const posts = await database.rows<Post>("video_post");
  const parts = await database.rows<Part>("video_file_post");
  const jobs = await database.rows<Job>("video_transcode_job");
  const revisions = await database.rows<Revision>("video_post_revision");
  const variants = await database.rows<Variant>("video_hls_abr_variant");
  const keys = await database.rows<Key>("video_hls_encrypt_key");
  const policies = await database.rows<Policy>("video_hls_quality_auth");
  const succeeded = (kind: string, jobId: string | null) =>
    jobs.some((job) => job.job_id === jobId && job.kind === kind && job.state === "SUCCEEDED");
  const isEncrypted = (fileId: string) =>
    jobs.some((job) => job.file_id === fileId && job.kind === "ENCRYPT" && job.state === "SUCCEEDED");
  return [
    ...posts.flatMap((post) => missingRevisions(post, revisions)),
    ...revisions.filter((row) => row.dispatched_at === null).map((row) => `not dispatched: ${JSON.stringify(row)}`),
    ...jobs.filter(({ state }) => !ENDED.includes(state)).map((job) => `not ended: ${JSON.stringify(job)}`),
    ...jobs.filter((job) => job.lease_expires_at !== null).map((job) => `still leased: ${JSON.stringify(job)}`),
    ...parts.flatMap((part) => {
      const of = <R extends { file_id: string }>(rows: readonly R[]) => rows.filter((row) => row.file_id === part.id);
      const rungs = qualitiesOf(of(variants));
      return [
        ...(succeeded("TRANSCODE", part.file_path_job_id) ? [] : [`no transcode job made ${JSON.stringify(part)}`]),
        ...(part.enc_path_job_id === part.file_path_job_id && isEncrypted(part.id)
          ? []
          : [`no encrypt job made ${JSON.stringify(part)}`]),
        ...(rungs === "" ? [`part ${part.id} has no rendition`] : []),
        ...of(variants)
          .filter((row) => row.transcode_job_id !== part.file_path_job_id)
          .map((row) => `of another job: ${JSON.stringify(row)}`),
        ...of(keys)
          .filter((key) => key.key_version !== part.key_version || key.status !== "ACTIVE")
          .map(({ quality, key_version, status }) => `key ${quality} ${key_version} ${status} of part ${part.id}`),
        ...(qualitiesOf(of(keys)) === rungs ? [] : [`part ${part.id} has other keys than renditions`]),
        ...(qualitiesOf(of(policies)) === rungs ? [] : [`part ${part.id} has other policies than renditions`]),
      ];
    }),
  ];
}

function missingRevisions({ id, title, version }: Post, revisions: readonly Revision[]): string[] {
  const found = revisions.filter((row) => row.video_post_id === id).map((row) => row.version);
  const expected = Array.from({ length: version }, (_, index) => index + 1);
  const isWhole = JSON.stringify(found.toSorted((a, b) => a - b)) === JSON.stringify(expected);
  return isWhole ? [] : [`${title} at version ${version} has the revisions ${found.join(", ")}`];
}

function qualitiesOf(rows: readonly { quality: string }[]): string {
  return rows
    .map(({ quality }) => quality)
    .toSorted()
    .join();
}
