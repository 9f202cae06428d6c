import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, rename, stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join, relative } from "node:path";
import { pipeline } from "node:stream/promises";

export type FolderServer = AsyncDisposable & { readonly origin: string };

/** Serves files with ranges, and as much of S3 (path style, one page a list) as the processor uses. */
export async function serveFolder(folder: string): Promise<FolderServer> {
  const server = createServer((request, response) => {
    answer(folder, request, response).catch((error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://folder.example");
  const path = join(folder, decodeURIComponent(url.pathname));
  if (request.method === "PUT") return put(path, request, response);
  if (url.searchParams.has("list-type")) return list(path, url.searchParams.get("prefix") ?? "", response);
  const { size } = await stat(path);
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? "0");
  const part = start > 0 ? { "content-range": `bytes ${start}-${size - 1}/${size}` } : {};
  response.writeHead(start > 0 ? 206 : 200, { ...part, "content-length": size - start, etag: '"one"' });
  await pipeline(createReadStream(path, { start }), response);
}

async function put(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await pipeline(request, createWriteStream(`${path}.part`));
  await rename(`${path}.part`, path);
  response.writeHead(200, { etag: '"one"' }).end();
}

async function list(bucket: string, prefix: string, response: ServerResponse): Promise<void> {
  const entries = await readdir(join(bucket, prefix), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = await Promise.all(
    files.sort().map(async (path) => {
      const { size } = await stat(path);
      return `<Contents><Key>${relative(bucket, path)}</Key><Size>${size}</Size></Contents>`;
    }),
  );
  response.writeHead(200, { "content-type": "application/xml" });
  response.end(`<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join("")}</ListBucketResult>`);
}
