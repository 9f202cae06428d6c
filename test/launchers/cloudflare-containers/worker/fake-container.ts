/*
 * In workerd: `ctx.container` as the runtime's types describe it. The processes are with PLATFORM, which is in Node
 * (fake-platform.ts). Like the platform, it reports by `monitor()` why nothing was started.
 */

export type FakedEnv = { readonly PLATFORM: Fetcher };

/** What the platform says of an end: an exit code, or the text of its error. */
export type FakeEnd = { readonly exitCode: number } | { readonly error: string };

/** What the class uses. `start` throws for what would be a trap on the platform. */
type UsedContainer = Pick<
  Container,
  | "running"
  | "start"
  | "monitor"
  | "signal"
  | "destroy"
  | "getTcpPort"
  | "setInactivityTimeout"
  | "interceptAllOutboundHttp"
  | "interceptOutboundHttps"
>;

export class FakeContainer implements UsedContainer {
  /** Of HTTP and of HTTPS. */
  readonly #ways: { http?: Fetcher; https?: Fetcher } = {};
  #placed = false;
  #starting: Promise<FakeEnd | null> = Promise.resolve(null);
  readonly #id: string;
  readonly #storage: DurableObjectStorage;
  readonly #platform: Fetcher;

  constructor(ctx: DurableObjectState, { PLATFORM }: FakedEnv) {
    this.#id = ctx.id.toString();
    this.#storage = ctx.storage;
    this.#platform = PLATFORM;
  }

  /** Remains when the object restarts, as the container does. */
  get running(): boolean {
    return this.#storage.kv.get("fake: running") === true;
  }

  start(options?: ContainerStartupOptions): void {
    if (this.running) throw new Error("start() cannot be called on a container that is already running.");
    if (options?.enableInternet !== false) throw new Error("fake: a container may reach the internet");
    const { http, https } = this.#ways;
    if (http === undefined || https === undefined) throw new Error("fake: nothing stands between container and hosts");
    this.#storage.kv.put("fake: running", true);
    this.#starting = this.#ask<FakeEnd | null>("start", { options }).then((end) => {
      this.#placed = end === null;
      return end;
    });
  }

  async monitor(): Promise<void> {
    const end = (await this.#starting) ?? (await this.#ask<FakeEnd>("monitor", {}));
    this.#storage.kv.put("fake: running", false);
    this.#placed = false;
    if ("error" in end) throw new Error(end.error);
    if (end.exitCode !== 0) throw new Error(`Container exited with unexpected exit code: ${end.exitCode}`);
  }

  signal(signo: number): void {
    if (!this.running) throw new Error("signal() cannot be called on a container that is not running.");
    void this.#ask("signal", { signo });
  }

  async destroy(): Promise<void> {
    await this.#ask("signal", { signo: 9 });
  }

  getTcpPort(port: number): Fetcher {
    const fetch = async (): Promise<Response> => {
      if (!this.#placed) throw new Error("there is no container instance that can be provided to this durable object");
      throw new Error(`the container is not listening in the TCP address 10.0.0.1:${port}`);
    };
    return { fetch } as unknown as Fetcher;
  }

  async setInactivityTimeout(durationMs: number | bigint): Promise<void> {
    await this.#ask("inactivity", { durationMs: Number(durationMs) });
  }

  async interceptAllOutboundHttp(binding: Fetcher): Promise<void> {
    this.#ways.http = binding;
  }

  async interceptOutboundHttps(addr: string, binding: Fetcher): Promise<void> {
    if (addr === "*") this.#ways.https = binding;
  }

  /** A request of the container to another host. */
  leave(request: Request): Promise<Response> {
    const way = new URL(request.url).protocol === "https:" ? this.#ways.https : this.#ways.http;
    if (way === undefined) return Promise.resolve(new Response("no way out", { status: 599 }));
    return way.fetch(request);
  }

  async #ask<T>(action: string, body: object): Promise<T> {
    const response = await this.#platform.fetch(`http://platform/${action}`, {
      method: "POST",
      body: JSON.stringify({ id: this.#id, ...body }),
    });
    return response.json();
  }
}
