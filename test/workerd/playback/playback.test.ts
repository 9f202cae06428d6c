import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { faultyDatabase } from "../support/faulty-database.ts";
import { encryptPost, type PublishedPost, publishPost, SEGMENT_BYTES } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const counting = faultyDatabase();
let worker: TestWorker;
let post: PublishedPost;
let other: PublishedPost;

beforeAll(async () => {
  worker = startWorker({ ...counting.bindings });
  post = await publishPost(worker);
  other = await publishPost(worker, { title: "Un autre film: épisode « 2 »" });
});

type Issued = { token: string; qualities: string[]; masterUrl: string };

async function anonymous(part: PublishedPost): Promise<Issued> {
  const body = JSON.stringify({ videoPostId: part.videoPostId, fileIndex: part.fileIndex });
  return (await (await worker.fetch("/video/enc/token", { method: "POST", body })).json()) as Issued;
}

async function administrator(part: PublishedPost, more: Record<string, unknown> = {}): Promise<Issued> {
  const body = { videoPostId: part.videoPostId, fileIndex: part.fileIndex, ...more };
  return (await (await worker.admin("POST", "/admin/video/enc/token", body)).json()) as Issued;
}

async function text(response: Response): Promise<string> {
  return new TextDecoder().decode(await response.arrayBuffer());
}

function resource(part: PublishedPost, file: string, token: string): string {
  return `/video/enc/videoResource/${part.videoPostId}/${part.fileIndex}/${file}?token=${token}`;
}

async function code(response: Response): Promise<[number, string]> {
  return [response.status, ((await response.json()) as { code: string }).code];
}

describe("token issue", () => {
  it("gives an anonymous viewer what is public, and an administrator everything", async () => {
    expect((await anonymous(post)).qualities).toEqual(["480p", "360p"]);
    expect((await administrator(post)).qualities).toEqual(["1080p", "720p", "480p", "360p"]);
  });

  it("gives everybody everything of a post whose access is PUBLIC", async () => {
    const open = await publishPost(worker, { access: "PUBLIC" });
    expect((await anonymous(open)).qualities).toEqual(["1080p", "720p", "480p", "360p"]);
  });

  it("keeps tokens under 1 kB, also with a long title in another script", async () => {
    const long = await publishPost(worker, { title: "長".repeat(80) });
    const issued = await administrator(long, { maxUses: 1 });
    expect(issued.token.length).toBeLessThan(1000);
  });

  it.each([
    ["no body", undefined, 400],
    ["no JSON", "{", 400],
    ["a missing field", "{}", 422],
    ["a negative part", JSON.stringify({ videoPostId: "x", fileIndex: -1 }), 422],
    ["a part as text", JSON.stringify({ videoPostId: "x", fileIndex: "0" }), 422],
    ["an unknown post", JSON.stringify({ videoPostId: "x", fileIndex: 0 }), 404],
    ["a body of 300 kB", JSON.stringify({ videoPostId: "x".repeat(300_000), fileIndex: 0 }), 413],
  ])("refuses %s", async (_, body, status) => {
    const response = await worker.fetch("/video/enc/token", {
      method: "POST",
      ...(body === undefined ? {} : { body }),
    });
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("cache-control")).toBe("no-store");
  });

  it("refuses an administrator's route to everybody else", async () => {
    const body = JSON.stringify({ videoPostId: post.videoPostId, fileIndex: 0 });
    const without = await worker.fetch("/admin/video/enc/token", { method: "POST", body });
    const wrong = await worker.fetch("/admin/video/enc/token", {
      method: "POST",
      body,
      headers: { authorization: "Bearer nope" },
    });
    const processors = { authorization: `Bearer ${testEnv.PROCESSOR_TOKEN}` };
    const foreign = await worker.fetch("/admin/video/enc/token", { method: "POST", body, headers: processors });
    expect([without.status, wrong.status, foreign.status]).toEqual([401, 401, 401]);
  });
});

describe("the master", () => {
  it("shows the allowed qualities alone, each with a new session token", async () => {
    const { token, masterUrl } = await anonymous(post);
    const first = await text(await worker.fetch(masterUrl));
    const second = await text(await worker.fetch(masterUrl));
    const uris = first.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    expect(uris.map((uri) => uri.split("?")[0])).toEqual(["480p/index.m3u8", "360p/index.m3u8"]);
    expect(first).not.toContain("1080");
    expect(first).not.toContain(token);
    expect(first).not.toBe(second);
  });

  it("is gzipped for those who take it, byte for byte the same", async () => {
    const { token } = await anonymous(post);
    const media = await text(await worker.fetch(resource(post, "master.m3u8", token)));
    const session = /token=([\w.-]+)/.exec(media)![1]!;
    const plain = await text(await worker.fetch(resource(post, "480p/index.m3u8", session)));
    const gzipped = await worker.fetch(resource(post, "480p/index.m3u8", session), {
      headers: { "accept-encoding": "gzip" },
    });
    expect(gzipped.headers.get("content-encoding")).toBe("gzip");
    expect(gunzipSync(new Uint8Array(await gzipped.arrayBuffer())).toString()).toBe(plain);
  });

  it("and the media playlists ask the database for nothing", async () => {
    const { masterUrl } = await administrator(post, { maxUses: 1 });
    counting.reset();
    const master = await text(await worker.fetch(masterUrl));
    const session = /token=([\w.-]+)/.exec(master)![1]!;
    for (const quality of ["1080p", "720p", "480p", "360p"]) {
      expect((await worker.fetch(resource(post, `${quality}/index.m3u8`, session))).status).toBe(200);
    }
    expect(counting.trips()).toBe(0);
  });

  it("is refused with the token of another post", async () => {
    const { token } = await anonymous(other);
    expect(await code(await worker.fetch(resource(post, "master.m3u8", token)))).toEqual([
      403,
      "token-for-other-video",
    ]);
  });

  it("is refused without a token, with a false one and with an expired one", async () => {
    const { token } = await administrator(post, { startSeconds: 60 });
    const other = startWorker();
    other.advance(70_000);
    expect((await worker.fetch(resource(post, "master.m3u8", ""))).status).toBe(401);
    expect(await code(await worker.fetch(resource(post, "master.m3u8", `${token}x`)))).toEqual([401, "token-invalid"]);
    expect(await code(await other.fetch(resource(post, "master.m3u8", token)))).toEqual([401, "token-expired"]);
  });

  it("is 410 when its version has been deleted", async () => {
    const doomed = await publishPost(worker, { title: "Soon gone" });
    const { token } = await anonymous(doomed);
    await testEnv.SOURCE.delete(`${doomed.keys.encryptedPrefix}master.m3u8`);
    expect(await code(await startWorker().fetch(resource(doomed, "master.m3u8", token)))).toEqual([410, "superseded"]);
  });
});

describe("a media playlist", () => {
  it("holds the session's token in the key URI and nowhere else, and segments that everybody may fetch", async () => {
    const { token } = await administrator(other);
    const response = await worker.fetch(resource(other, "1080p/index.m3u8", token));
    expect(response.headers.get("content-type")).toBe("application/vnd.apple.mpegurl");
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    const playlist = await text(response);
    const key = other.keys.keys.find(({ quality }) => quality === "1080p")!;
    const session = /token=([\w.-]+)/.exec(playlist)![1]!;
    const segments = `/video/enc/segments/${encodeURI(other.keys.encryptedPrefix)}1080p`;
    expect(playlist.replaceAll(session, "SESSION")).toBe(
      [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        "#EXT-X-TARGETDURATION:6",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        `#EXT-X-KEY:METHOD=AES-128,URI="/video/enc/key?keyId=${key.keyId}&quality=1080p&token=SESSION"`,
        ...[1, 2, 3].flatMap((n) => ["#EXTINF:6.000000,", `${segments}/seg_0000${n}.ts`]),
        "#EXT-X-ENDLIST",
        "",
      ].join("\n"),
    );
    expect(session).not.toBe(token);
  });

  it("of a quality that is not allowed is refused, by whatever URL", async () => {
    const { token } = await anonymous(post);
    for (const file of ["1080p/index.m3u8", "720p/index.m3u8", "%31080p/index.m3u8"]) {
      expect(await code(await worker.fetch(resource(post, file, token)))).toEqual([403, "quality-not-allowed"]);
    }
    for (const file of [
      "../1080p/index.m3u8",
      "480p/../1080p/index.m3u8",
      "480p%2F..%2F1080p/index.m3u8",
      "2160p/index.m3u8",
      "1080P/index.m3u8",
    ]) {
      expect([403, 404]).toContain((await worker.fetch(resource(post, file, token))).status);
    }
  });

  it("points at the bucket's own domain where there is one", async () => {
    const cdn = startWorker({ PLAYBACK_BASE_URL: "https://media.example/" });
    const { token } = await anonymous(post);
    const playlist = await text(await cdn.fetch(resource(post, "480p/index.m3u8", token)));
    expect(playlist).toContain(`\nhttps://media.example/${post.keys.encryptedPrefix}480p/seg_00001.ts\n`);
  });
});

describe("a segment", () => {
  const path = () => `/video/enc/segments/${post.keys.encryptedPrefix}480p/seg_00002.ts`;

  it("is served whole, for ever, with its length and entity tag", async () => {
    counting.reset();
    const response = await worker.fetch(path());
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("video/mp2t");
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(response.headers.get("content-length")).toBe(String(SEGMENT_BYTES));
    expect(response.headers.get("etag")).toMatch(/^"[0-9a-f]+"$/);
    expect((await response.arrayBuffer()).byteLength).toBe(SEGMENT_BYTES);
    expect(counting.trips()).toBe(0);
  });

  it.each([
    ["bytes=0-9", 206, "bytes 0-9/1000", 10],
    ["bytes=990-", 206, "bytes 990-999/1000", 10],
    ["bytes=990-5000", 206, "bytes 990-999/1000", 10],
    ["bytes=-10", 206, "bytes 990-999/1000", 10],
    ["bytes=-5000", 206, "bytes 0-999/1000", 1000],
    ["bytes=1000-", 416, "bytes */1000", null],
    ["bytes=-0", 416, "bytes */1000", null],
    ["bytes=5-2", 200, null, 1000],
    ["bytes=0-1,4-5", 200, null, 1000],
    ["lines=0-1", 200, null, 1000],
    ["bytes=x", 200, null, 1000],
  ])("answers Range: %s with %i", async (range, status, contentRange, length) => {
    const response = await worker.fetch(path(), { headers: { range } });
    expect(response.status).toBe(status);
    expect(response.headers.get("content-range")).toBe(contentRange);
    const body = await response.arrayBuffer();
    if (length !== null) expect(body.byteLength).toBe(length);
  });

  it("honours If-None-Match and If-Range", async () => {
    const whole = await worker.fetch(path());
    await whole.arrayBuffer();
    const etag = whole.headers.get("etag")!;
    const fetchWith = (headers: Record<string, string>) => worker.fetch(path(), { headers });
    const statuses = await Promise.all([
      fetchWith({ "if-none-match": etag }),
      fetchWith({ "if-none-match": `W/${etag}` }),
      fetchWith({ "if-none-match": `"x", ${etag}` }),
      fetchWith({ "if-none-match": "*" }),
      fetchWith({ "if-none-match": '"x"' }),
      fetchWith({ "if-none-match": "unquoted" }),
      fetchWith({ range: "bytes=0-9", "if-range": etag }),
      fetchWith({ range: "bytes=0-9", "if-range": '"x"' }),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([304, 304, 304, 304, 200, 200, 206, 200]);
    for (const response of statuses) await response.arrayBuffer();
    expect(statuses[0]!.headers.get("etag")).toBe(etag);
  });

  it("answers HEAD with the headers alone", async () => {
    const response = await worker.fetch(path(), { method: "HEAD" });
    expect([response.status, response.headers.get("content-length")]).toEqual([200, String(SEGMENT_BYTES)]);
    expect(await response.text()).toBe("");
  });

  it("is 404 when it is not there, and never a playlist or anything of the private bucket", async () => {
    const prefix = post.keys.encryptedPrefix;
    for (const key of [
      `${prefix}480p/seg_99999.ts`,
      `${prefix}480p/index.m3u8`,
      `${prefix}master.m3u8`,
      "uploads/x/000000000000000",
    ]) {
      expect((await worker.fetch(`/video/enc/segments/${key}`)).status).toBe(404);
    }
  });

  it("is found under a name in another script", async () => {
    const film = await publishPost(worker, { title: "映画 第一話" });
    const { token } = await anonymous(film);
    const playlist = await text(await worker.fetch(resource(film, "480p/index.m3u8", token)));
    const uri = playlist.split("\n").find((line) => line.endsWith("seg_00001.ts"))!;
    expect(uri).toMatch(/^[\x21-\x7e]+$/);
    const response = await worker.fetch(uri);
    expect(response.status).toBe(200);
    await response.arrayBuffer();
  });
});

describe("every answer", () => {
  it.each([
    ["POST", "/"],
    ["GET", "/nowhere"],
    ["POST", "/video/enc/key"],
    ["DELETE", "/video/enc/segments/x/seg_00001.ts"],
    ["GET", "/video/enc/videoResource/a/b/c/d/e"],
    ["GET", "/api/v2/video-posts"],
    ["POST", "/internal/jobs/claim"],
  ])("to %s %s carries CORS and Cache-Control and is a problem", async (method, path) => {
    const response = await worker.fetch(path, { method });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  });
});

describe("the demo route", () => {
  const body = () => JSON.stringify({ videoPostId: post.videoPostId, fileIndex: 0 });

  it("is absent unless DEMO_VIEWERS is enabled", async () => {
    expect((await worker.fetch("/demo/subscriber-token", { method: "POST", body: body() })).status).toBe(404);
  });

  it("plays the subscriber where it is", async () => {
    const demo = startWorker({ DEMO_VIEWERS: "enabled" });
    const issued = (await (
      await demo.fetch("/demo/subscriber-token", { method: "POST", body: body() })
    ).json()) as Issued;
    expect(issued.qualities).toEqual(["1080p", "720p", "480p", "360p"]);
  });
});

describe("a missing secret", () => {
  it.each(["ADMIN_API_KEY", "PROCESSOR_TOKEN", "TOKEN_SIGNING_KEYS", "KEY_ENCRYPTION_KEYS"])(
    "%s stops the Worker",
    (name) => {
      expect(() => startWorker({ [name]: undefined })).toThrow(`${name} is not set`);
      expect(() => startWorker({ [name]: "short" })).toThrow(name);
    },
  );

  it.each([
    ["ADMIN_API_KEY", " "],
    ["ADMIN_API_KEY", "é"],
    ["PROCESSOR_TOKEN", "!"],
    ["GATEWAY_SECRET", ","],
    ["GATEWAY_SECRET", "ü"],
  ])("%s stops the Worker where it has a character that no request can send: %j", (name, character) => {
    const secret = `${"x".repeat(32)}${character}`;
    expect(() => startWorker({ [name]: secret })).toThrow(`${name}: has characters that`);
    expect(() => startWorker({ [name]: secret })).not.toThrow(secret);
  });
});

describe("a rotation", () => {
  it("keeps old sessions playing within the grace period and refuses them after it", async () => {
    const film = await publishPost(worker, { title: "Rotated" });
    const { masterUrl } = await administrator(film);
    const master = await text(await worker.fetch(masterUrl));
    const session = /token=([\w.-]+)/.exec(master)![1]!;
    const old = film.keys.keys.find(({ quality }) => quality === "480p")!;
    const askOld = (from: TestWorker) => from.fetch(`/video/enc/key?keyId=${old.keyId}&quality=480p&token=${session}`);
    expect((await askOld(worker)).status).toBe(200);

    const asked = await worker.admin("POST", "/admin/video/enc/rotate", { videoPostId: film.videoPostId });
    expect(asked.status).toBe(202);
    const rotated = await encryptPost(worker, film.videoPostId);
    expect(rotated.keyVersion).toBe(2);

    expect((await askOld(worker)).status).toBe(200);
    const later = startWorker({ ...counting.bindings });
    later.advance(worker.context.settings.KEY_GRACE_SECONDS * 1000 + 1000);
    expect([401, 410]).toContain((await askOld(later)).status);
    const fresh = await anonymous(film);
    const playlist = await text(await worker.fetch(resource(film, "480p/index.m3u8", fresh.token)));
    expect(playlist).toContain(rotated.encryptedPrefix);
  });
});
