import type * as z from "zod";
import { ConfigurationError, type Settings } from "../../settings/settings.ts";
import type { LaunchedRun, Launcher } from "../launcher.ts";
import { DESCRIBE_ANSWER, LAUNCH_ANSWER, MOST_DESCRIBED, STOP_ANSWER } from "./messages.ts";

type ContainersWorker = { fetch(url: string, init: RequestInit): Promise<Response> };

export type CloudflareContainersDeps = {
  /** The service binding CONTAINERS: the Worker of infra/cloudflare-containers, which has no public address. */
  readonly containers: ContainersWorker | undefined;
};

/** Cloudflare Containers can be started by their own Durable Object only, which is in another Worker. */
export function cloudflareContainers(
  { LAUNCH_REGIONS }: Pick<Settings, "LAUNCH_REGIONS">,
  { containers }: CloudflareContainersDeps,
): Launcher {
  if (containers === undefined) {
    throw new ConfigurationError(
      "LAUNCHER: cloudflare-containers needs the service binding CONTAINERS; deploy infra/cloudflare-containers and uncomment the binding in wrangler.toml",
    );
  }
  if (LAUNCH_REGIONS !== undefined) {
    throw new ConfigurationError(
      "LAUNCH_REGIONS: Cloudflare Containers take their regions from `constraints` in infra/cloudflare-containers/wrangler.toml; remove the setting",
    );
  }
  const ask = <T>(path: string, body: unknown, answer: z.ZodType<T>, signal: AbortSignal) =>
    askContainers(containers, { path, body, answer, signal });
  return {
    launch: ({ jobId, launchId, resources, sourceHost }, signal) =>
      ask("/launch", { jobId, launchId, resources, sourceHost }, LAUNCH_ANSWER, signal),
    describe: async (platformIds, signal) => {
      const runs: LaunchedRun[] = [];
      for (let at = 0; at < platformIds.length; at += MOST_DESCRIBED) {
        const some = platformIds.slice(at, at + MOST_DESCRIBED);
        runs.push(...(await ask("/describe", { platformIds: some }, DESCRIBE_ANSWER, signal)).runs);
      }
      return runs;
    },
    stop: async (platformId, reason, signal) => {
      await ask("/stop", { platformId, reason: reason.slice(0, 1000) }, STOP_ANSWER, signal);
    },
  };
}

type Question<T> = {
  readonly path: string;
  readonly body: unknown;
  readonly answer: z.ZodType<T>;
  readonly signal: AbortSignal;
};

async function askContainers<T>(containers: ContainersWorker, { path, body, answer, signal }: Question<T>): Promise<T> {
  const response = await containers.fetch(`https://containers${path}`, {
    method: "POST",
    body: JSON.stringify(body),
    signal,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`the Worker of the containers answered ${response.status}: ${text.slice(0, 300)}`);
  return answer.parse(JSON.parse(text));
}
