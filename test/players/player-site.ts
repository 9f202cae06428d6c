import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { BROWSER_PLAYERS, type BrowserPlayer } from "./browser-players.ts";

/** A site on its own origin: a page for each player, and the player's files. No video. */
export type PlayerSite = { readonly origin: string; stop(): Promise<void> };

const NODE_MODULES = join(import.meta.dirname, "../../node_modules");

export async function startPlayerSite(): Promise<PlayerSite> {
  const files = new Map<string, { type: string; body: Buffer | string }>();
  for (const player of BROWSER_PLAYERS) {
    files.set(pagePath(player), { type: "text/html", body: pageOf(player) });
    files.set(`/${player.script}`, {
      type: "text/javascript",
      body: await readFile(join(NODE_MODULES, player.script)),
    });
    if (player.style === undefined) continue;
    files.set(`/${player.style}`, { type: "text/css", body: await readFile(join(NODE_MODULES, player.style)) });
  }
  const server = createServer(({ url = "" }, response) => {
    const file = files.get(url);
    response.writeHead(file === undefined ? 404 : 200, { "content-type": file?.type ?? "text/plain" }).end(file?.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function pagePath({ name }: BrowserPlayer): string {
  return `/${name}.html`;
}

function pageOf({ name, script, style }: BrowserPlayer): string {
  const styles = style === undefined ? "" : `<link rel="stylesheet" href="/${style}">`;
  return `<!doctype html><meta charset="utf-8"><title>${name}</title><link rel="icon" href="data:,">${styles}
<script>window.faults = [];</script><script src="/${script}"></script>
<video class="video-js" width="360" height="360" muted playsinline></video>`;
}
