import { createReadStream } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type Request, Response } from "miniflare";
import { expect, it } from "vitest";
import { bodyOf } from "../../../client/index.ts";
import { containersWorker } from "../../launchers/cloudflare-containers/containers-worker.ts";
import { fakePlatform } from "../../launchers/cloudflare-containers/fake-platform.ts";
import { selfSigned } from "../../launchers/cloudflare-containers/network/certificate.ts";
import { openWayOut, type WayOut } from "../../launchers/cloudflare-containers/network/way-out.ts";
import type { StartContainer } from "../../launchers/containers.ts";
import type { Stack } from "../stack.ts";
import { TEST_SECRETS } from "../test-secrets.ts";
import { describeLauncher, type PlatformUnderTest } from "./describe-launcher.ts";

/*
 * Both Workers in one workerd, each bound to the other. A container is a process whose every connection leads to the
 * egress of its object, as on the platform: the Worker, R2 and the host of its source by HTTPS, and nothing else.
 */

const R2_HOST = "00000000000000000000000000000000.r2.cloudflarestorage.com";
const FILMS_HOST = "films.example.net";
/** Where the platform writes the authority of its interception. */
const PLATFORM_CA = "/etc/cloudflare/certs/cloudflare-containers-ca.crt";

/** What left for hosts other than the Worker. */
const asked: { readonly host: string; readonly method: string; readonly length: string | null }[] = [];
let clipOfFilms = "";

async function open(start: StartContainer): Promise<PlatformUnderTest> {
  const directory = await mkdtemp(join(tmpdir(), "ladderlock-containers-"));
  const authority = join(directory, "authority.pem");
  const certificate = selfSigned(["ladderlock.example.com", R2_HOST, FILMS_HOST, "moved.example.org"]);
  await writeFile(authority, certificate.certificate);
  const waysOut: WayOut[] = [];
  let stack: Stack;

  const platform = fakePlatform(async ({ entrypoint, env }, objectId) => {
    const worker = await stack.directUrl("ladderlock-containers");
    const wayOut = await openWayOut({ objectId, worker, certificate });
    waysOut.push(wayOut);
    expect(env.NODE_EXTRA_CA_CERTS).toBe(PLATFORM_CA);
    const args = entrypoint.slice(entrypoint.indexOf("cli/main.ts") + 1);
    return start(args, { ...env, ...wayOut.env, NODE_EXTRA_CA_CERTS: authority });
  });

  const worker = await containersWorker({
    platform,
    ladderlock: "ladderlock",
    settings: {
      PROCESSOR_TOKEN: TEST_SECRETS.PROCESSOR_TOKEN,
      // The path of local R2 is part of what is signed.
      S3_ENDPOINT: `https://${R2_HOST}/cdn-cgi/local/r2/s3`,
    },
    internet: (sent) => {
      const { host } = new URL(sent.url);
      asked.push({ host, method: sent.method, length: sent.headers.get("content-length") });
      if (host === R2_HOST) return localR2(stack.origin, sent);
      return films(sent);
    },
  });
  return {
    worker,
    settings: { LAUNCHER: "cloudflare-containers" },
    loseReply: () => platform.loseReply(),
    opened: async (running) => {
      stack = running;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(waysOut.map((wayOut) => wayOut.close()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Local R2 answers at names of this machine; the host that was signed is in a header of Miniflare's. */
async function localR2(origin: string, sent: Request): Promise<Response> {
  const { pathname, search, host } = new URL(sent.url);
  const { host: _, ...headers } = Object.fromEntries(sent.headers);
  // R2 compresses nothing; the local one would.
  Object.assign(headers, { "mf-original-hostname": host, "accept-encoding": "identity" });
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const passed = request(`${origin}${pathname}${search}`, { method: sent.method, headers }, (answer) => {
    const { statusCode: status = 502 } = answer;
    const body = [204, 304].includes(status) || sent.method === "HEAD" ? null : Readable.toWeb(answer);
    resolve(
      new Response(body as ConstructorParameters<typeof Response>[0], { status, headers: answer.headers as never }),
    );
  });
  passed.on("error", reject);
  passed.end(Buffer.from(await sent.arrayBuffer()));
  return promise;
}

async function films(sent: Request): Promise<Response> {
  const { pathname } = new URL(sent.url);
  if (pathname === "/moved.mp4") return Response.redirect("https://moved.example.org/film.mp4", 302) as never;
  const { size } = await stat(clipOfFilms);
  const body = Readable.toWeb(createReadStream(clipOfFilms));
  const headers = { "content-type": "video/mp4", "content-length": String(size) };
  return new Response(body as ConstructorParameters<typeof Response>[0], { headers });
}

describeLauncher("Cloudflare Containers", open, (system) => {
  async function createPost(sourceUrl: string): Promise<string> {
    const uploadFileList = [{ sourceUrl, fileName: "film.mp4" }];
    const body = { title: "From a URL", resourceType: "VIDEO", autoPublish: true, uploadFileList } as const;
    return bodyOf(await system().stack.client.createVideoPost({ body })).videoPostId;
  }

  const post = async (videoPostId: string) =>
    bodyOf(await system().stack.client.getVideoPost({ params: { videoPostId } }));
  const status = async (videoPostId: string) => (await post(videoPostId)).status;
  const WAIT = { timeout: 300_000, interval: 300 };

  it("reaches R2 and no other host for an upload, and every object has its length", () => {
    expect(new Set(asked.map(({ host }) => host))).toEqual(new Set([R2_HOST]));
    const written = asked.filter(({ method }) => method === "PUT");
    expect(written.length).toBeGreaterThan(5);
    expect(written.filter(({ length }) => !/^\d+$/.test(length ?? ""))).toEqual([]);
  });

  it("downloads a source from its host, and publishes it", async () => {
    clipOfFilms = system().clip;
    const videoPostId = await createPost(`https://${FILMS_HOST}/film.mp4?signature=1`);
    await expect.poll(() => status(videoPostId), WAIT).toBe("PUBLISHED");
    await system().expectDoneOnce({ videoPostId, fileIndex: 0 });
    expect(asked.filter(({ host }) => host === FILMS_HOST).length).toBeGreaterThan(0);
  });

  it("fails a job whose source leads to another host, which is not asked", async () => {
    const videoPostId = await createPost(`https://${FILMS_HOST}/moved.mp4`);
    await expect.poll(() => status(videoPostId), WAIT).toBe("TRANSCODE_FAILED");
    expect((await post(videoPostId)).files[0]?.failReason).toContain("403");
    expect(asked.filter(({ host }) => host === "moved.example.org")).toEqual([]);
  });
});
