import { beforeEach, describe, expect, it } from "vitest";
import { type IllustratedPost, publishIllustrated } from "../support/images.ts";
import { startIsolate } from "../support/isolates.ts";
import { publishPost } from "../support/published-post.ts";
import { administer, siteToken } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker();
let post: IllustratedPost;
beforeEach(async () => {
  post = await publishIllustrated(worker);
});

const beside = ({ videoPostId }: { videoPostId: string }, name: string, token?: string) =>
  worker.fetch(`/video/enc/videoResource/${videoPostId}/0/${name}${token === undefined ? "" : `?token=${token}`}`);
const open = (name: string, { videoPostId, images }: IllustratedPost = post) =>
  worker.fetch(`/video/enc/images/${videoPostId}/0/${images.id}/${name}`);
const setPolicy = (policy: string) =>
  administer(worker, "PUT", "/admin/video/enc/quality-auth", {
    ...{ videoPostId: post.videoPostId, fileIndex: 0 },
    policies: [{ quality: "480p", policy }],
  });
const codeOf = async (response: Response) => [response.status, ((await response.json()) as { code: string }).code];

describe("images beside the playlists", () => {
  it("need a token of the part, issued or of a session", async () => {
    const { token } = await siteToken(worker, post);
    const poster = await beside(post, "poster.jpg", token);
    expect(poster.status).toBe(200);
    expect(await poster.text()).toBe("poster-2.jpg");
    expect(poster.headers.get("content-type")).toBe("image/jpeg");
    expect(poster.headers.get("cache-control")).toBe("private, max-age=60");
    expect(poster.headers.get("access-control-allow-origin")).toBe("*");
    const other = await publishIllustrated(worker);
    for (const name of ["poster.jpg", "storyboard.vtt", "storyboard.json", "storyboard-1.jpg"]) {
      expect(await codeOf(await beside(post, name))).toEqual([401, "token-missing"]);
      expect(await codeOf(await beside(post, name, "x.y.z"))).toEqual([401, "token-invalid"]);
      expect(await codeOf(await beside(other, name, token))).toEqual([403, "token-for-other-video"]);
    }
  });

  it("are a storyboard whose sprites carry a session token, which opens them", async () => {
    const { token } = await siteToken(worker, post);
    const vtt = await beside(post, "storyboard.vtt", token);
    expect(vtt.headers.get("content-type")).toBe("text/vtt; charset=utf-8");
    expect(vtt.headers.get("cache-control")).toBe("private, no-store");
    const text = await vtt.text();
    const cues = text.split("\n\n").slice(1);
    expect(text.startsWith("WEBVTT\n\n")).toBe(true);
    expect(cues).toHaveLength(130);
    const cue = /^00:01:51\.000 --> 00:01:52\.000\n(storyboard-2\.jpg\?token=([\w.-]+))#xywh=160,90,160,90$/m.exec(
      cues[111]!,
    );
    expect(cue?.[2]).not.toBe(token);
    expect(cues.at(-1)).toMatch(/^00:02:09\.000 --> 00:02:09\.500\nstoryboard-2.*#xywh=1440,180,160,90/);
    const sprite = await beside(post, "storyboard-2.jpg", cue?.[2]);
    expect(await sprite.text()).toBe("storyboard-2.jpg");
    const list = (await (await beside(post, "storyboard.json", token)).json()) as Record<string, unknown>[];
    expect(list).toHaveLength(130);
    expect(list[100]).toEqual({
      url: expect.stringMatching(/^storyboard-2\.jpg\?token=/),
      ...{ startTime: 100, endTime: 101, width: 160, height: 90, coords: { x: 0, y: 0 } },
    });
  });

  it("are compressed for those who accept it", async () => {
    const { token } = await siteToken(worker, post);
    const address = `/video/enc/videoResource/${post.videoPostId}/0/storyboard.vtt?token=${token}`;
    const response = await worker.fetch(address, { headers: { "accept-encoding": "gzip" } });
    expect(response.headers.get("content-encoding")).toBe("gzip");
    const plain = response.body!.pipeThrough(new DecompressionStream("gzip"));
    expect((await new Response(plain).text()).startsWith("WEBVTT\n")).toBe(true);
  });

  it("end with the revocation of their token, and with the post", async () => {
    const { token } = await siteToken(worker, post);
    await administer(worker, "POST", "/admin/video/enc/revoke", { token });
    worker.advance(6000);
    expect(await codeOf(await beside(post, "poster.jpg", token))).toEqual([401, "token-revoked"]);
    const again = await siteToken(worker, post);
    await administer(worker, "DELETE", `/api/v2/video-posts/${post.videoPostId}`);
    expect(await codeOf(await beside(post, "poster.jpg", again.token))).toEqual([404, "not-found"]);
  });

  it("are not there for a part without images, nor under other names", async () => {
    const bare = await publishPost(worker);
    const { token } = await siteToken(worker, bare);
    for (const name of ["poster.jpg", "storyboard.vtt", "storyboard.json", "storyboard-1.jpg"]) {
      expect(await codeOf(await beside(bare, name, token))).toEqual([404, "not-found"]);
    }
    const own = await siteToken(worker, post);
    for (const name of ["storyboard-0.jpg", "storyboard-3.jpg", "storyboard-01.jpg", "storyboard.xml"]) {
      expect(await codeOf(await beside(post, name, own.token))).toEqual([404, "not-found"]);
    }
  });
});

describe("images at public addresses", () => {
  it("are there while every quality is public, and for a minute in caches", async () => {
    const poster = await open("poster-2.jpg");
    expect([poster.status, await poster.text()]).toEqual([200, "poster-2.jpg"]);
    expect(poster.headers.get("cache-control")).toBe("public, max-age=60");
    const etag = poster.headers.get("etag")!;
    const address = `/video/enc/images/${post.videoPostId}/0/${post.images.id}/poster-2.jpg`;
    const again = await worker.fetch(address, { headers: { "if-none-match": etag } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    const head = await worker.fetch(address, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "12", ""]);
    expect(await (await open("storyboard.vtt")).text()).toContain("\nstoryboard-1.jpg#xywh=0,0,160,90\n");
    await setPolicy("AUTHENTICATED");
    for (const name of ["poster-2.jpg", "storyboard.vtt", "storyboard-1.jpg"]) {
      expect(await codeOf(await open(name))).toEqual([404, "not-found"]);
    }
    await setPolicy("PUBLIC");
    expect((await open("poster-2.jpg")).status).toBe(200);
  });

  it("stop in another isolate as soon as it has read the change", async () => {
    const other = startWorker();
    const address = `/video/enc/images/${post.videoPostId}/0/${post.images.id}/poster-1.jpg`;
    expect((await other.fetch(address)).status).toBe(200);
    await setPolicy("DENIED");
    other.advance(6000);
    // The request that finds its memory old may still be answered from it, within the bound of GATE_STALE_SECONDS.
    await other.fetch(address);
    await other.settled();
    expect((await other.fetch(address)).status).toBe(404);
  });

  it("cannot be guessed, and are not those of a post that is not published", async () => {
    const guess = `/video/enc/images/${post.videoPostId}/0/AAAAAAAAAAAAAAAAAAAAAA/poster-2.jpg`;
    expect(await codeOf(await worker.fetch(guess))).toEqual([404, "not-found"]);
    expect(await codeOf(await worker.fetch(guess.replace("/0/", "/x/")))).toEqual([404, "not-found"]);
    const waiting = await publishIllustrated(worker, { access: "PUBLIC", autoPublish: false });
    expect(await codeOf(await open("poster-2.jpg", waiting))).toEqual([404, "not-found"]);
  });
});

type View = { readonly images: Record<string, unknown> };

describe("images in views", () => {
  const view = async (videoPostId = post.videoPostId) => {
    const { body } = await administer(worker, "GET", `/api/v2/video-posts/${videoPostId}`);
    return (body.files as View[])[0]!.images;
  };

  it("have addresses while all is public, and sizes always", async () => {
    const base = `/video/enc/images/${post.videoPostId}/0/${post.images.id}`;
    const size = { width: 1280, height: 720 };
    const { storyboard } = post.images;
    expect(await view()).toEqual({
      poster: { url: `${base}/poster-2.jpg`, ...size, candidate: 2 },
      candidates: [1.8, 5.4, 9].map((seconds, index) => {
        return { number: index + 1, seconds, url: `${base}/poster-${index + 1}.jpg`, ...size };
      }),
      storyboard: { url: `${base}/storyboard.vtt`, jsonUrl: `${base}/storyboard.json`, ...storyboard },
    });
    await setPolicy("AUTHENTICATED");
    expect(await view()).toMatchObject({
      poster: { url: null, ...size },
      candidates: [{ url: null }, { url: null }, { url: null }],
      storyboard: { url: null, jsonUrl: null, tiles: 130 },
    });
    const bare = await publishPost(worker);
    expect(await view(bare.videoPostId)).toEqual({ poster: null, candidates: [], storyboard: null });
  });

  it("are in lists of posts, with an address while all is public", async () => {
    const listed = async () => {
      const { body } = await administer(worker, "GET", "/api/v2/video-posts?limit=1");
      return (body.items as { poster: unknown }[])[0]!.poster;
    };
    const poster = { fileIndex: 0, width: 1280, height: 720, candidate: 2 };
    const url = `/video/enc/images/${post.videoPostId}/0/${post.images.id}/poster-2.jpg`;
    expect(await listed()).toEqual({ ...poster, url });
    expect((await worker.fetch(url)).status).toBe(200);
    await setPolicy("AUTHENTICATED");
    expect(await listed()).toEqual({ ...poster, url: null });
    await publishPost(worker);
    expect(await listed()).toBe(null);
  });

  it("are in the library and on the watch page while all is public", async () => {
    await worker.settled();
    const url = `/video/enc/images/${post.videoPostId}/0/${post.images.id}/poster-2.jpg`;
    const library = async () => (await administer(worker, "GET", `/api/v2/videos/${post.videoPostId}`)).body;
    const page = async () => (await worker.fetch(`/watch/${post.videoPostId}/0`)).text();
    expect(await library()).toMatchObject({ posterUrl: url, parts: [{ posterUrl: url }] });
    expect(await page()).toContain(`poster="${url}"`);
    await setPolicy("AUTHENTICATED");
    await worker.settled();
    expect(await library()).toMatchObject({ posterUrl: null, parts: [{ posterUrl: null }] });
    expect(await page()).not.toContain("poster=");
  });
});

it("asks the database at most once in a period for images that it does not know", async () => {
  const plain = await publishPost(worker);
  const { token } = await siteToken(worker, plain);
  const isolate = startIsolate({ GATE_LOCATION_COPIES: "off" });
  const paths = [
    `/video/enc/videoResource/${plain.videoPostId}/0/poster.jpg?token=${token}`,
    `/video/enc/videoResource/${plain.videoPostId}/0/storyboard.vtt?token=${token}`,
    `/video/enc/images/${plain.videoPostId}/0/${post.images.id}/poster.jpg`,
  ];
  expect((await isolate.fetch(paths[0]!.replace("poster.jpg", "master.m3u8"))).status).toBe(200);
  // Two readings for refusals are this far apart.
  isolate.pass(300);
  expect((await isolate.fetch(paths[0]!)).status).toBe(404);
  await isolate.settled();
  const trips = isolate.trips();
  for (const path of [...paths, ...paths, ...paths]) expect((await isolate.fetch(path)).status).toBe(404);
  expect(isolate.trips()).toBe(trips);
  isolate.pass(300);
  for (const path of paths) expect((await isolate.fetch(path)).status).toBe(404);
  expect(isolate.trips()).toBeLessThanOrEqual(trips + 1);
});
