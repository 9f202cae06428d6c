import { encoderJobName } from "../../../shared/domain/encoder/encoder-job.ts";
import { jobsOf } from "./one-job.ts";
import { ORIGIN, type TestWorker } from "./worker.ts";

/* Encoder jobs as the proxy names them, and its playlists as a player reads them. */

export const PROXY = "/m3u8-encoder/api/v2/proxy";

/** The name of the job that made the only part of this post. */
export async function jobNameOf(worker: TestWorker, videoPostId: string): Promise<string> {
  const first = (await jobsOf(worker, videoPostId)).filter(({ kind }) => kind === "TRANSCODE").at(-1);
  return encoderJobName(first!.jobId);
}

export async function textOf(worker: TestWorker, path: string): Promise<string> {
  const response = await worker.fetch(path);
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return new TextDecoder().decode(await response.arrayBuffer());
}

/** What a playlist names, resolved as a player resolves it. */
export function urisOf(playlist: string, playlistPath: string): string[] {
  const lines = playlist.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => {
    const { pathname, search } = new URL(line, ORIGIN + playlistPath);
    return pathname + search;
  });
}

/** Status and code of a refusal. */
export async function refusalOf(response: Response): Promise<[number, string]> {
  return [response.status, ((await response.json()) as { code: string }).code];
}
