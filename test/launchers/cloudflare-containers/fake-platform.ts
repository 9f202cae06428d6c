import { Response } from "miniflare";

/** A container that the fake has started, real or held by a test. */
export type FakedContainer = {
  /** The exit code, or null after a signal. */
  readonly exit: Promise<number | null>;
  signal(signal: NodeJS.Signals): void;
};

export type StartOptions = {
  readonly entrypoint: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly enableInternet: boolean;
};

type FakeEnd = { readonly exitCode: number } | { readonly error: string };

/** The half of the fake that is in Node: what a container of Cloudflare is to its object. */
export type FakePlatform = {
  /** The service binding PLATFORM of the faked Worker. */
  readonly handler: (request: { url: string; json(): Promise<unknown> }) => Promise<Response>;
  readonly started: readonly (StartOptions & { readonly objectId: string })[];
  /** The texts of `monitor()` for the next starts, which start nothing. */
  refuse(...texts: string[]): void;
  /** The next launch starts its container, and its reply is lost. */
  loseReply(): void;
  readonly inactivityMs: ReadonlyMap<string, number>;
};

export type StartFaked = (options: StartOptions, objectId: string) => Promise<FakedContainer>;

const NAMES: Readonly<Record<number, NodeJS.Signals>> = { 9: "SIGKILL", 15: "SIGTERM" };

export function fakePlatform(start: StartFaked): FakePlatform {
  const containers = new Map<string, FakedContainer>();
  const started: (StartOptions & { objectId: string })[] = [];
  const refusals: string[] = [];
  const inactivityMs = new Map<string, number>();
  let lostReplies = 0;

  async function begin(id: string, options: StartOptions): Promise<FakeEnd | null> {
    const error = refusals.shift();
    if (error !== undefined) return { error };
    started.push({ ...options, objectId: id });
    containers.set(id, await start(options, id));
    return null;
  }

  async function end(id: string): Promise<FakeEnd> {
    const exitCode = await containers.get(id)!.exit;
    return exitCode === null ? { error: "runtime signalled the container to exit: 137" } : { exitCode };
  }

  type Asked = { id: string; options: StartOptions; signo: number; durationMs: number };
  const actions: { readonly [action: string]: (asked: Asked) => Promise<unknown> } = {
    "/start": ({ id, options }) => begin(id, options),
    "/monitor": ({ id }) => end(id),
    "/signal": async ({ id, signo }) => containers.get(id)?.signal(NAMES[signo]!) ?? null,
    "/inactivity": async ({ id, durationMs }) => {
      inactivityMs.set(id, durationMs);
      return null;
    },
    "/reply": async () => (lostReplies > 0 && lostReplies-- > 0 ? "lost" : null),
  };
  return {
    started,
    inactivityMs,
    refuse: (...texts) => refusals.push(...texts),
    loseReply: () => {
      lostReplies++;
    },
    handler: async (request) => {
      const { pathname } = new URL(request.url);
      return Response.json((await actions[pathname]!((await request.json()) as Asked)) ?? null);
    },
  };
}
