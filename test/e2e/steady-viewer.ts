/** How a request was answered. A status of 0 means that there was no answer. */
export type Answer = {
  readonly what: string;
  readonly status: number;
  readonly retryAfter: number;
  readonly at: number;
};

export type Repeated = {
  readonly answers: readonly Answer[];
  stop(): Promise<void>;
};

const PAUSE_MS = 200;

/** Does the same again and again until it is stopped. */
export function repeated(round: (ask: Ask) => Promise<void>): Repeated {
  const answers: Answer[] = [];
  const stopped = new AbortController();
  const ask: Ask = async (what, url, init) => {
    const response = await fetch(url, init).catch(() => null);
    const body = response === null ? null : await response.bytes().catch(() => null);
    const status = body === null ? 0 : (response?.status ?? 0);
    const retryAfter = Number(response?.headers.get("retry-after") ?? 0);
    answers.push({ what, status, retryAfter, at: Date.now() });
    return status === 200 ? new TextDecoder().decode(body ?? undefined) : "";
  };
  const running = (async () => {
    while (!stopped.signal.aborted) {
      await round(ask);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  })();
  running.catch(() => {});
  return {
    answers,
    stop: async () => {
      stopped.abort();
      await running;
    },
  };
}

/** The text of an answer with 200; empty for any other. */
type Ask = (what: string, url: URL, init?: RequestInit) => Promise<string>;

/** A viewer that starts a film over and over, each time with the playlist, the key and the first segment of every quality. */
export function startViewer(masterUrl: URL): Repeated {
  return repeated(async (ask) => {
    for (const media of addressesIn(await ask("master playlist", masterUrl), masterUrl)) {
      const playlist = await ask("media playlist", media);
      const key = /URI="([^"]+)"/.exec(playlist)?.[1];
      if (key !== undefined) await ask("key", new URL(key, media));
      const [segment] = addressesIn(playlist, media);
      if (segment !== undefined) await ask("segment", segment);
    }
  });
}

function addressesIn(playlist: string, base: URL): URL[] {
  const lines = playlist.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => new URL(line, base));
}
