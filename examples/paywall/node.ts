import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { handle, type Settings } from "./site.ts";

const sold = new Map<string, string>();
const purchases = {
  get: async (viewer: string) => sold.get(viewer) ?? null,
  put: async (viewer: string, quality: string) => void sold.set(viewer, quality),
  delete: async (viewer: string) => void sold.delete(viewer),
};
const server = createServer(async ({ method = "GET", url = "/", headers }, answer) => {
  const request = new Request(`http://site${url}`, { method, headers: { cookie: headers.cookie ?? "" } });
  const isScript = url === "/film.js";
  const response = isScript
    ? new Response(await readFile("dist/film.js"), { headers: { "content-type": "text/javascript" } })
    : await handle(request, process.env as unknown as Settings, purchases);
  answer.writeHead(response.status, Object.fromEntries(response.headers));
  answer.end(Buffer.from(await response.arrayBuffer()));
});
const port = Number(process.env.PORT ?? 3000);
server.listen(port, () => console.log(`http://localhost:${port}`));
