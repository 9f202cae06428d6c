import { beforeAll, describe, expect, it } from "vitest";
import { base64Decode, base64UrlDecode, base64UrlEncode } from "../../../shared/lib/base64.ts";
import { throws } from "../support/faults.ts";
import { faultyDatabase } from "../support/faulty-database.ts";
import { type PublishedPost, publishPost } from "../support/published-post.ts";
import { RETRY_AFTER } from "../support/retry-after.ts";
import { usesOf } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const counting = faultyDatabase();
let worker: TestWorker;
let post: PublishedPost;
let other: PublishedPost;

beforeAll(async () => {
  worker = startWorker({ ...counting.bindings });
  post = await publishPost(worker);
  other = await publishPost(worker, { title: "Another film" });
});

type Issue = { maxUses?: number; startSeconds?: number; qualities?: string[] };

async function issue(part: PublishedPost, more: Issue = {}): Promise<string> {
  const body = { videoPostId: part.videoPostId, fileIndex: part.fileIndex, ...more };
  const response = await worker.admin("POST", "/admin/video/enc/token", body);
  return ((await response.json()) as { token: string }).token;
}

/** The token of a new play session, which a player gets by loading the master. */
async function startSession(part: PublishedPost, token: string): Promise<string> {
  const path = `/video/enc/videoResource/${part.videoPostId}/${part.fileIndex}/master.m3u8?token=${token}`;
  const master = new TextDecoder().decode(await (await worker.fetch(path)).arrayBuffer());
  return /token=([\w.-]+)/.exec(master)![1]!;
}

function keyOf(part: PublishedPost, quality: string) {
  return part.keys.keys.find((key) => key.quality === quality)!;
}

function ask(token: string, keyId: string, quality: string, init?: RequestInit): Promise<Response> {
  return worker.fetch(`/video/enc/key?keyId=${keyId}&quality=${quality}&token=${token}`, init);
}

const uses = (token: string) => usesOf(worker, { token });

async function code(response: Response): Promise<[number, string]> {
  return [response.status, ((await response.json()) as { code: string }).code];
}

describe("the key gate", () => {
  it("gives 16 raw bytes that no shared cache may keep", async () => {
    const token = await issue(post);
    const response = await ask(token, keyOf(post, "1080p").keyId, "1080p");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    expect(response.headers.get("content-encoding")).toBeNull();
    expect(response.headers.get("cache-control")).toMatch(/^private, max-age=300$/);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(base64Decode(keyOf(post, "1080p").key));
  });

  it("asks the database nothing while what it knows is fresh, from token issue to key, with and without limits", async () => {
    await issue(post);
    counting.reset();
    for (const more of [{}, { maxUses: 3 }]) {
      const session = await startSession(post, await issue(post, more));
      expect((await ask(session, keyOf(post, "720p").keyId, "720p")).status).toBe(200);
    }
    const anonymous = await worker.fetch("/video/enc/token", {
      method: "POST",
      body: JSON.stringify({ videoPostId: post.videoPostId, fileIndex: 0 }),
    });
    const { token } = (await anonymous.json()) as { token: string };
    expect((await ask(token, keyOf(post, "360p").keyId, "360p")).status).toBe(200);
    expect(counting.trips()).toBe(0);
  });

  describe("counts play sessions, not requests", () => {
    it("takes 200 requests of one session, for all qualities, as one use", async () => {
      const token = await issue(post, { maxUses: 1 });
      const session = await startSession(post, token);
      const qualities = ["1080p", "720p", "480p", "360p"];
      const asked = Array.from({ length: 200 }, (_, i) => qualities[i % 4]!);
      const answers = await Promise.all(asked.map((quality) => ask(session, keyOf(post, quality).keyId, quality)));
      expect(answers.every((answer) => answer.status === 200)).toBe(true);
      expect(await uses(token)).toBe(1);

      const late = await startSession(post, token);
      expect(await code(await ask(late, keyOf(post, "720p").keyId, "720p"))).toEqual([403, "uses-exhausted"]);
      expect((await ask(session, keyOf(post, "360p").keyId, "360p")).status).toBe(200);
    });

    it("counts an issued token that is used directly as a session with the token's id", async () => {
      const token = await issue(post, { maxUses: 1 });
      for (const quality of ["1080p", "1080p", "480p"]) {
        expect((await ask(token, keyOf(post, quality).keyId, quality)).status).toBe(200);
      }
      expect(await uses(token)).toBe(1);
    });

    it("consumes nothing for HEAD, OPTIONS and refusals", async () => {
      const token = await issue(post, { maxUses: 1, qualities: ["720p"] });
      const session = await startSession(post, token);
      const head = await ask(session, keyOf(post, "720p").keyId, "720p", { method: "HEAD" });
      expect([head.status, await head.text()]).toEqual([200, ""]);
      const preflight = await ask(session, keyOf(post, "720p").keyId, "720p", {
        method: "OPTIONS",
        headers: { origin: "https://site.example", "access-control-request-method": "GET" },
      });
      expect(preflight.status).toBe(204);
      expect((await ask(session, keyOf(post, "720p").keyId, "720p", { method: "OPTIONS" })).status).toBe(404);
      expect((await ask(session, keyOf(post, "1080p").keyId, "1080p")).status).toBe(403);
      expect((await ask(session, "no-such-key", "720p")).status).toBe(404);
      expect(await uses(token)).toBe(0);
    });
  });

  describe("refuses", () => {
    it("a quality that the token does not allow", async () => {
      const token = await issue(post, { qualities: ["480p"] });
      expect(await code(await ask(token, keyOf(post, "1080p").keyId, "1080p"))).toEqual([403, "quality-not-allowed"]);
    });

    it("the key of another quality beside an allowed one", async () => {
      const token = await issue(post, { qualities: ["480p"], maxUses: 2 });
      expect(await code(await ask(token, keyOf(post, "1080p").keyId, "480p"))).toEqual([404, "key-unknown"]);
      expect(await uses(token)).toBe(0);
    });

    it("the key of another post", async () => {
      const token = await issue(post, { maxUses: 2 });
      expect(await code(await ask(token, keyOf(other, "480p").keyId, "480p"))).toEqual([404, "key-unknown"]);
      expect(await uses(token)).toBe(0);
    });

    it("the key of another post to a token without limits", async () => {
      const response = await worker.fetch("/video/enc/token", {
        method: "POST",
        body: JSON.stringify({ videoPostId: post.videoPostId, fileIndex: 0 }),
      });
      const { token } = (await response.json()) as { token: string };
      expect(await code(await ask(token, keyOf(other, "480p").keyId, "480p"))).toEqual([404, "key-unknown"]);
    });

    it("a token whose payload was changed", async () => {
      const [header, payload, signature] = (await issue(post, { qualities: ["480p"] })).split(".") as [
        string,
        string,
        string,
      ];
      const claims = JSON.parse(new TextDecoder().decode(base64UrlDecode(payload))) as { q: string[] };
      const changed = base64UrlEncode(new TextEncoder().encode(JSON.stringify({ ...claims, q: ["1080p"] })));
      const forged = `${header}.${changed}.${signature}`;
      expect(await code(await ask(forged, keyOf(post, "1080p").keyId, "1080p"))).toEqual([401, "token-invalid"]);
    });

    it.each([
      ["alg none", { alg: "none", typ: "play+jwt", kid: "t1" }],
      ["alg none without a kid", { alg: "none" }],
      ["another algorithm", { alg: "HS512", typ: "play+jwt", kid: "t1" }],
      ["an unknown kid", { alg: "HS256", typ: "play+jwt", kid: "t9" }],
      ["another type", { alg: "HS256", typ: "job+jwt", kid: "t1" }],
    ])("a token with %s in its header", async (_, header) => {
      const [, payload, signature] = (await issue(post)).split(".") as [string, string, string];
      const forged = base64UrlEncode(new TextEncoder().encode(JSON.stringify(header)));
      for (const end of ["", signature]) {
        const answer = await ask(`${forged}.${payload}.${end}`, keyOf(post, "1080p").keyId, "1080p");
        expect(await code(answer)).toEqual([401, "token-invalid"]);
      }
    });

    it.each(["", "a", "a.b", "a.b.c", "....", "a.b.c.d", "%00", "🙈"])("the token %j", async (token) => {
      const answer = await ask(encodeURIComponent(token), keyOf(post, "1080p").keyId, "1080p");
      expect(answer.status).toBe(401);
    });

    it("a token that was revoked, even to a session that was counted", async () => {
      const token = await issue(post);
      const session = await startSession(post, token);
      expect((await ask(session, keyOf(post, "720p").keyId, "720p")).status).toBe(200);
      const { jti } = JSON.parse(new TextDecoder().decode(base64UrlDecode(token.split(".")[1]!))) as { jti: string };
      await worker.admin("POST", "/admin/video/enc/revoke", { tokenId: jti });
      expect(await code(await ask(session, keyOf(post, "720p").keyId, "720p"))).toEqual([401, "token-revoked"]);
    });
  });

  it("lets a session switch to a quality whose key it never had, after the issued token has expired", async () => {
    const token = await issue(post, { startSeconds: 60 });
    const session = await startSession(post, token);
    expect((await ask(session, keyOf(post, "480p").keyId, "480p")).status).toBe(200);
    worker.advance(10 * 60_000);
    expect(await code(await ask(token, keyOf(post, "480p").keyId, "480p"))).toEqual([401, "token-expired"]);
    expect((await ask(session, keyOf(post, "1080p").keyId, "1080p")).status).toBe(200);
  });

  it("starts no counted session once the issued token has expired, however fresh the session token is", async () => {
    const token = await issue(post, { startSeconds: 60, maxUses: 2 });
    const session = await startSession(post, token);
    worker.advance(2 * 60_000);
    expect(await code(await ask(session, keyOf(post, "480p").keyId, "480p"))).toEqual([401, "token-expired"]);
    expect(await uses(token)).toBe(0);
  });

  it("answers 410 for every key of a post that was deleted", async () => {
    const doomed = await publishPost(worker, { title: "Soon gone" });
    const token = await issue(doomed);
    const session = await startSession(doomed, token);
    expect((await ask(session, keyOf(doomed, "480p").keyId, "480p")).status).toBe(200);
    expect((await worker.admin("DELETE", `/api/v2/video-posts/${doomed.videoPostId}`)).status).toBe(200);
    await worker.settled();
    expect(await code(await ask(session, keyOf(doomed, "480p").keyId, "480p"))).toEqual([410, "key-superseded"]);
  });

  it("answers 503 with Retry-After, and not a 4xx, when the database is away", async () => {
    const token = await issue(post);
    const away = faultyDatabase(throws("D1_ERROR: overloaded")).bindings;
    const broken = startWorker(away);
    const answer = await broken.fetch(`/video/enc/key?keyId=${keyOf(post, "480p").keyId}&quality=480p&token=${token}`);
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, RETRY_AFTER]);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
  });
});
