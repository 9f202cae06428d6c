/** The post whose listeners receive the progress of a version of a part, and until when somebody may listen, in ms. */
export type WatchedPost = { readonly videoPostId: string; readonly until: number };

const KEPT_AS = "watched-post";

/** Stored, because an object is evicted between two reports while its listeners stay. */
export class PostWatch {
  readonly #kv: Pick<DurableObjectStorage["kv"], "get" | "put">;
  readonly #now: () => number;
  #watched: WatchedPost | null | undefined;

  constructor(storage: { readonly kv: Pick<DurableObjectStorage["kv"], "get" | "put"> }, now: () => number) {
    this.#kv = storage.kv;
    this.#now = now;
  }

  /** The post, while somebody may listen. */
  watched(): string | null {
    if (this.#watched === undefined) this.#watched = this.#kv.get<WatchedPost>(KEPT_AS) ?? null;
    return this.#watched !== null && this.#now() < this.#watched.until ? this.#watched.videoPostId : null;
  }

  watch(watched: WatchedPost): void {
    this.#kv.put(KEPT_AS, watched);
    this.#watched = watched;
  }

  /** Nobody listens any more; in memory alone, because the next watch replaces what is stored. */
  end(): void {
    this.#watched = null;
  }
}
