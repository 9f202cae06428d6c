import { setTimeout as delay } from "node:timers/promises";
import { type Deployment, type ProcessorProcess, startProcessor } from "../../e2e/processor-process.ts";
import { freePort } from "../../fixtures/free-port.ts";

/** `ladderlock launcher`, as an operator runs it. */
export type LauncherProcess = ProcessorProcess & { readonly url: string; readonly token: string };

export const LOCAL_TOKEN = "test-token-of-the-local-launcher-0123";

/** Resolves when it answers. `settings` replace or add environment variables of the launcher and its runs. */
export async function startLauncher(
  deployment: Deployment,
  settings: Record<string, string> = {},
  port?: number,
): Promise<LauncherProcess> {
  const LAUNCHER_PORT = String(port ?? (await freePort()));
  const own = { LOCAL_LAUNCHER_TOKEN: LOCAL_TOKEN, LAUNCHER_PORT, ...settings };
  const launcher = await startProcessor(deployment, own, ["launcher"]);
  const url = `http://127.0.0.1:${LAUNCHER_PORT}`;
  while (!(await answers(url))) {
    if (launcher.exited()) throw new Error(`the launcher ended: ${await launcher.log()}`);
    await delay(100);
  }
  return { ...launcher, url, token: LOCAL_TOKEN };
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/launches`).then(
    ({ status }) => status === 401,
    () => false,
  );
}
