import { beforeAll, describe, expect, it } from "vitest";
import { jobNameOf, PROXY, refusalOf, textOf, urisOf } from "../support/encoder-jobs.ts";
import { faultyDatabase } from "../support/faulty-database.ts";
import { encryptPost, type PublishedPost, publishPost, SEGMENT_BYTES } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { askKey, sessionIn, siteToken } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const counting = faultyDatabase();
let worker: TestWorker;
let post: PublishedPost;
let open: PublishedPost;
let job: string;
let openJob: string;

beforeAll(async () => {
  worker = startWorker({ ...counting.bindings });
  post = await publishPost(worker);
  open = await publishPost(worker, { access: "PUBLIC", title: "Épisode 1" });
  [job, openJob] = (await Promise.all([post, open].map(({ videoPostId }) => jobNameOf(worker, videoPostId)))) as [
    string,
    string,
  ];
});

const variantsIn = (playlist: string, path: string) => urisOf(playlist, path).map((uri) => uri.split("?")[0]);

describe("the multivariant playlist of a job", () => {
  it("names every variant below the job, under the path and under its alias", async () => {
    for (const path of [`${PROXY}/${openJob}`, `${PROXY}/${openJob}.m3u8`]) {
      const master = await textOf(worker, path);
      expect(variantsIn(master, path)).toEqual([0, 1, 2, 3].map((n) => `${PROXY}/${openJob}/v${n}/index.m3u8`));
      expect(master).toContain(`\n${openJob}/v0/index.m3u8?token=`);
      for (const uri of urisOf(master, path)) expect((await worker.fetch(uri)).status).toBe(200);
    }
  });

  it("shows an anonymous viewer the allowed qualities alone, and a token all that it allows", async () => {
    const anonymous = await textOf(worker, `${PROXY}/${job}`);
    expect(variantsIn(anonymous, `${PROXY}/${job}`)).toEqual([2, 3].map((n) => `${PROXY}/${job}/v${n}/index.m3u8`));
    const { token } = await siteToken(worker, post, { qualities: ["720p", "360p"] });
    const path = `${PROXY}/${job}?token=${token}`;
    const issued = await textOf(worker, path);
    expect(variantsIn(issued, path)).toEqual([1, 3].map((n) => `${PROXY}/${job}/v${n}/index.m3u8`));
  });

  it("names the captions of the part at their own route", async () => {
    const api = `/api/v2/video-posts/${open.videoPostId}/parts/0/captions?language=en&name=English`;
    const headers = { authorization: `Bearer ${testEnv.ADMIN_API_KEY}` };
    const body = "WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n";
    expect((await worker.fetch(api, { method: "POST", headers, body })).status).toBe(201);
    const master = await textOf(worker, `${PROXY}/${openJob}`);
    const uri = /NAME="English".*URI="([^"]+)"/.exec(master)?.[1] ?? "";
    expect(uri).toMatch(
      new RegExp(`^/video/enc/videoResource/${open.videoPostId}/0/text-[\\w-]{22}/index.m3u8\\?token=`),
    );
    expect(await textOf(worker, uri)).toContain("\ncaptions.vtt?token=");
  });

  it("starts a session whose token opens the keys of the same key endpoint", async () => {
    const session = sessionIn(await textOf(worker, `${PROXY}/${job}`));
    expect(await askKey(worker, post, session, "480p")).toBe("key");
    expect(await askKey(worker, post, session, "1080p")).toBe("quality-not-allowed");
  });

  it("asks the database about a job once, and never with a token", async () => {
    const isolate = startWorker({ ...counting.bindings });
    const { token } = await siteToken(isolate, post);
    await textOf(isolate, `${PROXY}/${job}?token=${token}`);
    counting.reset();
    const path = `${PROXY}/${job}?token=${token}`;
    for (const uri of urisOf(await textOf(isolate, path), path)) await textOf(isolate, uri);
    expect(counting.trips()).toBe(0);
  });

  it("carries CORS and no cache, and answers HEAD", async () => {
    for (const method of ["GET", "HEAD"]) {
      const { status, headers } = await worker.fetch(`${PROXY}/${job}`, { method });
      expect([status, headers.get("access-control-allow-origin")]).toEqual([200, "*"]);
      expect(headers.get("cache-control")).toBe("private, no-store");
      expect(headers.get("content-type")).toBe("application/vnd.apple.mpegurl");
    }
    const preflight = { "access-control-request-method": "GET", "access-control-request-headers": "cmcd-request" };
    const allowed = await worker.fetch(`${PROXY}/${job}/v3/index.m3u8`, { method: "OPTIONS", headers: preflight });
    expect([allowed.status, allowed.headers.get("access-control-allow-headers")]).toEqual([204, "cmcd-request"]);
  });
});

describe("a media playlist of a job", () => {
  it("opens without a token, and is that of the other playback route", async () => {
    const direct = await textOf(worker, `${PROXY}/${job}/v2/index.m3u8`);
    const session = sessionIn(direct);
    const other = `/video/enc/videoResource/${post.videoPostId}/0/480p/index.m3u8?token=${session.token}`;
    expect(await textOf(worker, other)).toBe(direct);
    expect(urisOf(direct, `${PROXY}/${job}/v2/index.m3u8`)[0]).toBe(
      `/video/enc/segments/${post.keys.encryptedPrefix}480p/seg_00001.ts`,
    );
    expect(await askKey(worker, post, session, "480p")).toBe("key");
  });

  it("names segments of the bucket's own domain where there is one", async () => {
    const cdn = startWorker({ PLAYBACK_BASE_URL: "https://media.example/" });
    const playlist = await textOf(cdn, `${PROXY}/${job}/v3/index.m3u8`);
    expect(playlist).toContain(`\nhttps://media.example/${post.keys.encryptedPrefix}360p/seg_00001.ts\n`);
  });

  it.each(["v1", "v0"])("of %s, which is not allowed, is refused with and without a token", async (variant) => {
    const session = sessionIn(await textOf(worker, `${PROXY}/${job}`));
    for (const query of ["", `?token=${session.token}`]) {
      const refusal = await refusalOf(await worker.fetch(`${PROXY}/${job}/${variant}/index.m3u8${query}`));
      expect(refusal).toEqual([403, "quality-not-allowed"]);
    }
  });

  it.each(["v4", "a0", "a2", "480p", "V2", "%76%39", "v2%2F..%2Fv0", "..", "%2e%2e", "v", ""])(
    "of the variant %j does not exist",
    async (variant) => {
      expect((await worker.fetch(`${PROXY}/${job}/${variant}/index.m3u8`)).status).toBe(404);
    },
  );
});

describe("a token for something else", () => {
  it("is refused at every path of the job", async () => {
    const { token } = await siteToken(worker, open);
    for (const path of [job, `${job}.m3u8`, `${job}/v3/index.m3u8`, `${job}/v3/seg_00001.ts`]) {
      const refusal = await refusalOf(await worker.fetch(`${PROXY}/${path}?token=${token}`));
      expect([path, ...refusal]).toEqual([path, 403, "token-for-other-video"]);
    }
  });

  it.each(["", "x", "a.b.c"])("is not replaced by an anonymous viewer: %j", async (token) => {
    for (const path of [job, `${job}/v3/index.m3u8`, `${job}/v3/seg_00001.ts`]) {
      expect((await worker.fetch(`${PROXY}/${path}?token=${token}`)).status).toBe(401);
    }
  });
});

describe("a segment by its name", () => {
  const path = () => `${PROXY}/${job}/v2/seg_00002.ts`;

  it("is the ciphertext of what plays, with range, entity tag and HEAD", async () => {
    const whole = await worker.fetch(path());
    expect([whole.status, whole.headers.get("content-type")]).toEqual([200, "video/mp2t"]);
    expect(whole.headers.get("cache-control")).toBe("public, no-cache");
    expect(new Uint8Array(await whole.arrayBuffer())).toEqual(new Uint8Array(SEGMENT_BYTES).fill(2));
    const etag = whole.headers.get("etag")!;
    expect((await worker.fetch(path(), { headers: { "if-none-match": etag } })).status).toBe(304);
    const part = await worker.fetch(path(), { headers: { range: "bytes=990-" } });
    expect([part.status, part.headers.get("content-range")]).toEqual([206, "bytes 990-999/1000"]);
    await part.arrayBuffer();
    const outside = await worker.fetch(path(), { headers: { range: "bytes=1000-" } });
    expect(outside.status).toBe(416);
    const head = await worker.fetch(path(), { method: "HEAD" });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(SEGMENT_BYTES)]);
  });

  it.each([
    "v2/seg_99999.ts",
    "v2/segment001.ts",
    "v2/master.m3u8",
    "v2/..%2Fseg_00001.ts",
    "v2/seg_00001.ts%2F..",
    "v2/..%2F..%2Fmaster.m3u8",
    "480p/seg_00001.ts",
    "a0/seg_00001.ts",
    "v2/seg_00001.ts/more",
  ])("is 404 as %s", async (name) => {
    expect((await worker.fetch(`${PROXY}/${job}/${name}`)).status).toBe(404);
  });

  it("is that of the token's version after a rotation", async () => {
    const film = await publishPost(worker, { title: "Rotated" });
    const name = await jobNameOf(worker, film.videoPostId);
    const { token } = await siteToken(worker, film);
    await worker.admin("POST", "/admin/video/enc/rotate", { videoPostId: film.videoPostId });
    const rotated = await encryptPost(worker, film.videoPostId);
    const key = (prefix: string) => `${prefix}360p/seg_00001.ts`;
    await testEnv.PLAYBACK.put(key(rotated.encryptedPrefix), "new");
    await testEnv.PLAYBACK.put(key(film.keys.encryptedPrefix), "old");
    const bytes = async (query: string) => (await worker.fetch(`${PROXY}/${name}/v3/seg_00001.ts${query}`)).text();
    expect([await bytes(""), await bytes(`?token=${token}`)]).toEqual(["new", "old"]);
  });
});
