import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { createObjectStore, createS3Client, type ObjectStore } from "./object-store.ts";

export type StoredBody = {
  readonly body: Buffer;
  readonly contentType?: string;
  readonly cacheControl?: string;
  /** Milliseconds since the epoch; the epoch itself where left out. */
  readonly lastModified?: number;
};

/** A server that speaks as much of S3, path style, as the processor uses. Keys are `bucket/key`. */
export type S3Server = AsyncDisposable & {
  readonly endpoint: string;
  readonly objects: Map<string, StoredBody>;
  /** How many of the next replies to GET are cut off in the middle. */
  cuts: number;
  readonly requests: string[];
  store(bucket: string): ObjectStore;
};

/** Small, so that tests see more than one page. */
const PAGE = 3;

export async function startS3Server(): Promise<S3Server> {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://s3.example");
    const name = decodeURIComponent(url.pathname.slice(1));
    s3.requests.push(`${request.method} ${name}`);
    if (request.method === "PUT") return put(s3, name, request, response);
    if (url.searchParams.has("list-type")) return list(s3, name.replace(/\/$/, ""), url.searchParams, response);
    get(s3, name, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: "id", secretAccessKey: "secret" };
  const client = createS3Client({ endpoint, region: "auto", ...credentials });
  const s3: S3Server = {
    endpoint,
    objects: new Map(),
    cuts: 0,
    requests: [],
    store: (bucket) => createObjectStore(client, bucket),
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return s3;
}

async function put(s3: S3Server, name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { "content-type": contentType, "cache-control": cacheControl } = request.headers;
  const body = await buffer(request);
  s3.objects.set(name, { body, ...(contentType ? { contentType } : {}), ...(cacheControl ? { cacheControl } : {}) });
  response.writeHead(200, { etag: '"x"' }).end();
}

function get(s3: S3Server, name: string, request: IncomingMessage, response: ServerResponse): void {
  const found = s3.objects.get(name);
  if (!found) {
    response.writeHead(404, { "content-type": "application/xml" });
    return void response.end("<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>");
  }
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? "0");
  const part = found.body.subarray(start);
  response.writeHead(start > 0 ? 206 : 200, { "content-length": String(part.length) });
  if (s3.cuts === 0) return void response.end(part);
  s3.cuts -= 1;
  response.write(part.subarray(0, Math.ceil(part.length / 2)), () => setTimeout(() => response.destroy(), 20));
}

function list(s3: S3Server, bucket: string, query: URLSearchParams, response: ServerResponse): void {
  const prefix = `${bucket}/${query.get("prefix") ?? ""}`;
  const names = [...s3.objects.keys()].filter((name) => name.startsWith(prefix)).sort();
  const from = Number(query.get("continuation-token") ?? "0");
  const entries = names.slice(from, from + PAGE).map((name) => {
    const stored = s3.objects.get(name);
    const size = `<Size>${stored?.body.length ?? 0}</Size>`;
    const date = `<LastModified>${new Date(stored?.lastModified ?? 0).toISOString()}</LastModified>`;
    return `<Contents><Key>${name.slice(bucket.length + 1)}</Key>${date}${size}</Contents>`;
  });
  const more = from + PAGE < names.length;
  const next = more ? `<NextContinuationToken>${from + PAGE}</NextContinuationToken>` : "";
  response.writeHead(200, { "content-type": "application/xml" });
  response.end(`<ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${entries.join("")}</ListBucketResult>`);
}
