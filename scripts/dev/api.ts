import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

// wrangler reloads the Worker when its source is edited; for a moment nobody answers.
const READ_ATTEMPTS = 10;
const READ_AGAIN_AFTER_MS = 500;

const fileView = z.looseObject({
  fileIndex: z.number(),
  failReason: z.string().nullish(),
  variants: z.array(z.looseObject({ quality: z.string() })).default([]),
});

const postView = z.looseObject({
  videoPostId: z.string(),
  status: z.string(),
  title: z.string(),
  files: z.array(fileView),
});
export type PostView = z.infer<typeof postView>;

const jobView = z.looseObject({
  jobId: z.string(),
  kind: z.string(),
  state: z.string(),
  stage: z.string().nullish(),
  attempt: z.number().default(0),
  failReason: z.string().nullish(),
  progress: z
    .looseObject({
      stage: z.string(),
      percent: z.number(),
      speed: z.number().nullish(),
      etaSeconds: z.number().nullish(),
    })
    .nullish(),
});
export type JobView = z.infer<typeof jobView>;

const createdPost = z.looseObject({
  videoPostId: z.string(),
  files: z.array(z.looseObject({ fileIndex: z.number() })).min(1),
});

export type NewPost = {
  readonly title: string;
  readonly resourceType: "VIDEO" | "AUDIO";
  readonly autoPublish: boolean;
  readonly uploadFileList: readonly (
    | { readonly uploadId: string; readonly fileName: string; readonly fileSize: number }
    | { readonly sourceUrl: string; readonly fileName: string }
  )[];
};

/** The Worker refused a request; the message is what its problem document says. */
export class ApiError extends Error {
  override name = "ApiError";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** An administrator's client for the few routes that ingesting needs. */
export class Api {
  readonly origin: string;
  readonly authorization: string;

  constructor(origin: string, apiKey: string) {
    this.origin = origin;
    this.authorization = `Bearer ${apiKey}`;
  }

  /** The post, or null if there is none of that id. */
  async findPost(videoPostId: string, signal: AbortSignal): Promise<PostView | null> {
    try {
      return postView.parse(await this.#request("GET", `/api/v2/video-posts/${videoPostId}`, signal));
    } catch (error) {
      if (error instanceof ApiError && (error.status === 404 || error.status === 410)) return null;
      throw error;
    }
  }

  async createPost(post: NewPost, signal: AbortSignal): Promise<{ videoPostId: string; fileIndex: number }> {
    const created = createdPost.parse(await this.#request("POST", "/api/v2/video-posts", signal, post));
    return { videoPostId: created.videoPostId, fileIndex: created.files[0]?.fileIndex ?? 0 };
  }

  async listJobs(videoPostId: string, signal: AbortSignal): Promise<JobView[]> {
    const body = await this.#request("GET", `/api/v2/jobs?videoPostId=${encodeURIComponent(videoPostId)}`, signal);
    return z.looseObject({ jobs: z.array(jobView) }).parse(body).jobs;
  }

  async #request(method: string, path: string, signal: AbortSignal, body?: unknown): Promise<unknown> {
    const attempts = method === "GET" ? READ_ATTEMPTS : 1;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#requestOnce(method, path, signal, body);
      } catch (error) {
        signal.throwIfAborted();
        if (attempt >= attempts || (error instanceof ApiError && error.status < 500)) throw error;
      }
      await sleep(READ_AGAIN_AFTER_MS, null, { signal });
    }
  }

  async #requestOnce(method: string, path: string, signal: AbortSignal, body?: unknown): Promise<unknown> {
    const headers = { authorization: this.authorization, ...(body ? { "content-type": "application/json" } : {}) };
    const reply = await fetch(this.origin + path, {
      method,
      headers,
      signal,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await reply.text();
    if (!reply.ok) throw new ApiError(reply.status, problemText(reply.status, text));
    return JSON.parse(text);
  }
}

/** What a problem document says to a person: title and detail. */
export function problemText(status: number, body: string): string {
  const fallback = { title: `status ${status}`, detail: body.slice(0, 300) };
  const problem = z.looseObject({ title: z.string(), detail: z.string().optional() }).safeParse(parsedOrNull(body));
  const { title, detail } = problem.success ? problem.data : fallback;
  return detail ? `${title}: ${detail}` : title;
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
