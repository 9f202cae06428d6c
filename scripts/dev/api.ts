import { setTimeout as sleep } from "node:timers/promises";
import { bodyOf, type Client, createClient, type Job, type Operations, type VideoPost } from "../../client/index.ts";

// wrangler reloads the Worker when its source is edited; for a moment nobody answers.
const READ_ATTEMPTS = 10;
const READ_AGAIN_AFTER_MS = 500;

export type NewPost = Operations["createVideoPost"]["input"]["body"];

type Result = { readonly ok: boolean; readonly status: number };

/** An administrator's client for the few routes that ingesting needs. */
export class Api {
  readonly origin: string;
  readonly authorization: string;
  readonly #client: Client;

  constructor(origin: string, apiKey: string) {
    this.origin = origin;
    this.authorization = `Bearer ${apiKey}`;
    this.#client = createClient({ baseUrl: origin, token: apiKey });
  }

  /** The post, or null if there is none of that id. */
  async findPost(videoPostId: string, signal: AbortSignal): Promise<VideoPost | null> {
    const ask = () => this.#client.getVideoPost({ params: { videoPostId } }, { signal });
    const found = await readAgain(ask, signal);
    return !found.ok && (found.status === 404 || found.status === 410) ? null : bodyOf(found);
  }

  async createPost(post: NewPost, signal: AbortSignal): Promise<{ videoPostId: string; fileIndex: number }> {
    const { videoPostId, files } = bodyOf(await this.#client.createVideoPost({ body: post }, { signal }));
    return { videoPostId, fileIndex: files[0]?.fileIndex ?? 0 };
  }

  async listJobs(videoPostId: string, signal: AbortSignal): Promise<readonly Job[]> {
    const ask = () => this.#client.listJobs({ query: { videoPostId } }, { signal });
    return bodyOf(await readAgain(ask, signal)).jobs;
  }
}

async function readAgain<R extends Result>(ask: () => Promise<R>, signal: AbortSignal): Promise<R> {
  for (let attempt = 1; ; attempt++) {
    const last = attempt >= READ_ATTEMPTS;
    try {
      const result = await ask();
      if (result.ok || result.status < 500 || last) return result;
    } catch (error) {
      signal.throwIfAborted();
      if (last) throw error;
    }
    await sleep(READ_AGAIN_AFTER_MS, null, { signal });
  }
}
