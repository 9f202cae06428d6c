import { beforeEach, describe, expect, it } from "vitest";
import { mediaPlaylistKey, segmentKey } from "../../../shared/domain/part/object-keys.ts";
import type { Quality } from "../../../shared/domain/quality/quality.ts";
import { writeMediaPlaylist } from "../../../shared/hls/media-playlist.ts";
import { jobNameOf, PROXY, refusalOf, textOf, urisOf } from "../support/encoder-jobs.ts";
import { faultyDatabase } from "../support/faulty-database.ts";
import { claimed, emptyQueue, fail, newestJob } from "../support/one-job.ts";
import { createPost, encryptPost, report, transcodeReport } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { administer, anonymousToken, sessionIn, tokenId } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

/* Clear renditions: what plays until a part is encrypted, or where its encryption has failed. */

const LADDER: readonly Quality[] = ["720p", "360p"];
const OPEN = { ALLOW_CLEAR_PLAYBACK: "enabled" };

type Job = { readonly videoPostId: string; readonly name: string; readonly prefix: string };

let worker: TestWorker;

beforeEach(async () => {
  worker = startWorker(OPEN);
  await emptyQueue();
});

/** A job whose clear renditions are stored and whose encryption is due. */
async function transcoded(more: Record<string, unknown> = {}): Promise<Job> {
  const videoPostId = await createPost(worker, { access: "PUBLIC", title: "Épisode 2", ...more });
  const name = await jobNameOf(worker, videoPostId);
  const order = await claimed(worker, name.slice("job-".length));
  for (const quality of LADDER) {
    const segments = [1, 2].map((n) => ({ uri: `seg_0000${n}.ts`, durationSeconds: 6 }));
    await testEnv.SOURCE.put(mediaPlaylistKey(order.clearPrefix, quality), writeMediaPlaylist({ segments }));
    for (const n of [1, 2]) await testEnv.SOURCE.put(segmentKey(order.clearPrefix, quality, n), `${quality} ${n}`);
  }
  await report(worker, order, "transcode-result", transcodeReport(LADDER));
  return { videoPostId, name, prefix: order.clearPrefix };
}

async function failEncryption({ videoPostId }: Job): Promise<void> {
  await fail(worker, await claimed(worker, await newestJob(worker, videoPostId)));
  await worker.settled();
}

type Issued = { readonly token: string; readonly qualities: readonly string[]; readonly masterUrl: string };

async function clearToken({ videoPostId }: Job, more: Record<string, unknown> = {}): Promise<Issued> {
  const body = { videoPostId, fileIndex: 0, clear: true, ...more };
  const issued = await administer(worker, "POST", "/admin/video/enc/token", body);
  expect([issued.status, issued.body]).toMatchObject([200, {}]);
  return issued.body as unknown as Issued;
}

/** The first segment that a player finds on its way from this master. */
async function firstSegment(path: string, from: TestWorker = worker): Promise<string> {
  const [variant] = urisOf(await textOf(from, path), path);
  return urisOf(await textOf(from, variant!), variant!)[0]!;
}

const bodyOf = async (response: Response) => new TextDecoder().decode(await response.arrayBuffer());

describe("an administrator's token of clear renditions", () => {
  it("plays them through the proxy, with or without the setting, while the part waits for its encryption", async () => {
    const job = await transcoded();
    const issued = await clearToken(job);
    expect(issued.qualities).toEqual(LADDER);
    expect(issued.masterUrl).toBe(`${PROXY}/${job.name}.m3u8?token=${issued.token}`);
    for (const isolate of [worker, startWorker()]) {
      const master = await isolate.fetch(issued.masterUrl);
      expect(master.headers.get("cache-control")).toBe("private, no-store");
      const text = await bodyOf(master);
      expect(text).toContain('BANDWIDTH=3600000,AVERAGE-BANDWIDTH=2880000,CODECS="avc1.64001f,mp4a.40.2"');
      const variants = urisOf(text, issued.masterUrl);
      expect(variants.map((uri) => uri.split("?")[0])).toEqual([
        `${PROXY}/${job.name}/v1/index.m3u8`,
        `${PROXY}/${job.name}/v3/index.m3u8`,
      ]);
      for (const [index, quality] of LADDER.entries()) {
        const playlist = await textOf(isolate, variants[index]!);
        expect(playlist).not.toContain("EXT-X-KEY");
        const segments = urisOf(playlist, variants[index]!);
        expect(segments).toHaveLength(2);
        for (const [n, segment] of segments.entries()) {
          const response = await isolate.fetch(segment);
          expect(response.headers.get("cache-control")).toBe("private, max-age=300");
          expect(response.headers.get("access-control-allow-origin")).toBe("*");
          expect([response.status, await bodyOf(response)]).toEqual([200, `${quality} ${n + 1}`]);
        }
      }
    }
  });

  it("plays them after the encryption has failed, and of the qualities that it names alone", async () => {
    const job = await transcoded();
    await failEncryption(job);
    const { masterUrl, qualities, token } = await clearToken(job, { qualities: ["360p"] });
    expect(qualities).toEqual(["360p"]);
    expect(await bodyOf(await worker.fetch(await firstSegment(masterUrl)))).toBe("360p 1");
    const other = await worker.fetch(`${PROXY}/${job.name}/v1/index.m3u8?token=${token}`);
    expect(await refusalOf(other)).toEqual([403, "quality-not-allowed"]);
    expect((await worker.fetch(`${PROXY}/${job.name}/v2/index.m3u8?token=${token}`)).status).toBe(404);
  });

  it("opens no key and no playlist of the other playback routes, and theirs opens nothing clear", async () => {
    const job = await transcoded();
    const { token } = await clearToken(job);
    const clearSession = sessionIn(await textOf(worker, `${PROXY}/${job.name}?token=${token}`)).token;
    await encryptPost(worker, job.videoPostId);
    const part = `/video/enc/videoResource/${job.videoPostId}/0`;
    for (const one of [token, clearSession]) {
      for (const path of [`${part}/master.m3u8?`, `${part}/360p/index.m3u8?`, "/video/enc/key?keyId=x&quality=360p&"]) {
        expect(await refusalOf(await worker.fetch(`${path}token=${one}`))).toEqual([401, "token-invalid"]);
      }
      expect((await worker.fetch(`${PROXY}/${job.name}/v3/seg_00001.ts?token=${one}`)).status).toBe(401);
    }
    const refreshed = await worker.fetch("/video/enc/session", {
      method: "POST",
      body: JSON.stringify({ token: clearSession }),
    });
    expect(refreshed.status).toBe(401);
  });

  it("is refused by the route of tokens where it makes no sense", async () => {
    const job = await transcoded();
    const ask = async (more: Record<string, unknown> = {}) => {
      const body = { videoPostId: job.videoPostId, fileIndex: 0, clear: true, ...more };
      return (await administer(worker, "POST", "/admin/video/enc/token", body)).body.code;
    };
    expect(await ask({ maxUses: 1 })).toBe("invalid");
    expect(await ask({ viewer: "a", sessionLimit: 1 })).toBe("invalid");
    expect(await ask({ clear: false })).toBe("invalid");
    expect(await ask({ qualities: ["1080p"] })).toBe("nothing-allowed");
    expect(await ask({ fileIndex: 7 })).toBe("not-found");
    await encryptPost(worker, job.videoPostId);
    expect(await ask()).toBe("wrong-state");
    await emptyQueue();
    const waiting = await createPost(worker);
    expect(await ask({ videoPostId: waiting })).toBe("not-ready");
  });

  it("is not issued without the scope", async () => {
    const job = await transcoded();
    const body = JSON.stringify({ videoPostId: job.videoPostId, fileIndex: 0, clear: true });
    expect((await worker.fetch("/admin/video/enc/token", { method: "POST", body })).status).toBe(401);
  });

  it("ends with its time, and at once with a revocation or the deletion of the post", async () => {
    const job = await transcoded();
    const { token, masterUrl } = await clearToken(job, { startSeconds: 60 });
    const late = startWorker();
    late.advance(70_000);
    expect(await refusalOf(await late.fetch(masterUrl))).toEqual([401, "token-expired"]);
    const [variant] = urisOf(await textOf(worker, masterUrl), masterUrl);
    await administer(worker, "POST", "/admin/video/enc/revoke", { tokenId: tokenId({ token }) });
    for (const path of [masterUrl, variant!]) {
      expect(await refusalOf(await startWorker().fetch(path))).toEqual([401, "token-revoked"]);
    }
    const second = await clearToken(job);
    await worker.admin("DELETE", `/api/v2/video-posts/${job.videoPostId}`);
    expect(await refusalOf(await startWorker().fetch(second.masterUrl))).toEqual([410, "deleted"]);
  });
});

describe("a clear segment's signature", () => {
  it("opens no other object", async () => {
    const [job, other] = [await transcoded(), await transcoded({ title: "Another" })];
    const signed = await firstSegment((await clearToken(job)).masterUrl);
    const [path, query] = signed.split("?") as [string, string];
    const moved = [
      path.replace("seg_00001", "seg_00002"),
      path.replace("/v1/", "/v3/"),
      path.replace(job.name, other.name),
    ];
    for (const name of moved) {
      expect(await refusalOf(await worker.fetch(`${name}?${query}`))).toEqual([401, "token-invalid"]);
    }
    const changed = [
      query.replace(encodeURIComponent(job.prefix), encodeURIComponent(other.prefix)),
      query.replace(/prefix=[^&]+/, "prefix="),
      query.replace(/expires=\d+/, "expires=99999999999"),
      query.replace(/expires=\d+/, "expires=1e12"),
      query.replace(/signature=../, "signature=AA"),
      query.replace(/signature=.*/, "signature="),
      query.replace(/expires=\d+&/, ""),
    ];
    for (const one of changed) {
      expect(await refusalOf(await worker.fetch(`${path}?${one}`))).toEqual([401, "token-invalid"]);
    }
    const misnamed = [
      ["index.ts", 404],
      ["..%2F360p%2Fseg_00001.ts", 404],
      ["seg_00001.ts%00", 422],
    ] as const;
    for (const [name, status] of misnamed) {
      expect((await worker.fetch(`${path.replace("seg_00001.ts", name)}?${query}`)).status, name).toBe(status);
    }
  });

  it("ends with the session, and needs no database", async () => {
    const job = await transcoded();
    const segment = await firstSegment((await clearToken(job)).masterUrl);
    const counting = faultyDatabase();
    const isolate = startWorker({ ...counting.bindings });
    const part = await isolate.fetch(segment, { headers: { range: "bytes=0-3" } });
    expect([part.status, await bodyOf(part)]).toEqual([206, "720p"]);
    expect(counting.trips()).toBe(0);
    isolate.advance(3595_000);
    expect((await isolate.fetch(segment, { method: "HEAD" })).headers.get("cache-control")).toMatch(
      /^private, max-age=[0-9]$/,
    );
    isolate.advance(20_000);
    expect(await refusalOf(await isolate.fetch(segment))).toEqual([401, "token-expired"]);
  });

  it("opens nothing after its object was deleted, and never the one that replaced it", async () => {
    const job = await transcoded();
    const { masterUrl } = await clearToken(job);
    const [variant] = urisOf(await textOf(worker, masterUrl), masterUrl);
    const [segment] = urisOf(await textOf(worker, variant!), variant!);
    await testEnv.SOURCE.delete([segmentKey(job.prefix, "720p", 1), mediaPlaylistKey(job.prefix, "720p")]);
    await testEnv.SOURCE.put(segmentKey(job.prefix.replace("/c1/", "/c2/"), "720p", 1), "another");
    expect(await refusalOf(await worker.fetch(segment!))).toEqual([410, "superseded"]);
    expect(await refusalOf(await worker.fetch(segment!, { headers: { range: "bytes=0-1" } }))).toEqual([
      410,
      "superseded",
    ]);
    expect(await refusalOf(await worker.fetch(variant!))).toEqual([410, "superseded"]);
  });

  it("plays on when the part is encrypted, while its issued token starts no further session", async () => {
    const job = await transcoded();
    const { masterUrl } = await clearToken(job);
    const variants = urisOf(await textOf(worker, masterUrl), masterUrl);
    await encryptPost(worker, job.videoPostId);
    const later = startWorker();
    expect(await refusalOf(await later.fetch(masterUrl))).toEqual([410, "superseded"]);
    expect(await bodyOf(await later.fetch(urisOf(await textOf(later, variants[1]!), variants[1]!)[0]!))).toBe("360p 1");
    expect(await textOf(later, `${PROXY}/${job.name}/v3/index.m3u8`)).toContain("EXT-X-KEY");
  });
});

describe("anybody without a token", () => {
  const ask = async (job: Job, settings: Record<string, string>) => {
    const response = await startWorker(settings).fetch(`${PROXY}/${job.name}`);
    return response.status === 200 ? bodyOf(response) : refusalOf(response);
  };

  it("plays clear renditions where the setting is on and every quality is PUBLIC", async () => {
    const job = await transcoded();
    expect(await ask(job, {})).toEqual([409, "not-ready"]);
    expect(await ask(job, OPEN)).toContain(`${job.name}/v1/index.m3u8?token=`);
    const path = `${PROXY}/${job.name}`;
    expect(await bodyOf(await worker.fetch(await firstSegment(path)))).toBe("720p 1");
    const direct = `${path}/v3/index.m3u8`;
    expect(await bodyOf(await worker.fetch(urisOf(await textOf(worker, direct), direct)[1]!))).toBe("360p 2");
    await failEncryption(job);
    expect(await ask(job, {})).toEqual([409, "wrong-state"]);
    expect(await ask(job, OPEN)).toContain(`${job.name}/v1/index.m3u8?token=`);
  });

  it("waits where one quality is not PUBLIC, by its policy or by the default of the deployment", async () => {
    const paid = await transcoded({ access: "POLICY" });
    expect(await ask(paid, OPEN)).toEqual([409, "not-ready"]);
    expect(await ask(paid, { ...OPEN, PUBLIC_UP_TO_LINES: "720" })).toContain("v1/index.m3u8");
    const job = await transcoded({ title: "Closed later" });
    await failEncryption(job);
    const policies = [{ quality: "360p", policy: "DENIED" }];
    const part = { videoPostId: job.videoPostId, fileIndex: 0 };
    const set = await administer(worker, "PUT", "/admin/video/enc/quality-auth", { ...part, policies });
    expect(set).toMatchObject({ status: 200 });
    expect(await ask(job, OPEN)).toEqual([409, "wrong-state"]);
  });

  it("does not see what waits for a review, was rejected or was cancelled", async () => {
    const draft = await transcoded({ autoPublish: false });
    expect(await ask(draft, OPEN)).toEqual([404, "not-found"]);
    const cancelled = await transcoded({ title: "Cancelled" });
    await administer(worker, "POST", `/api/v2/jobs/${await newestJob(worker, cancelled.videoPostId)}/cancel`, {});
    expect(await ask(cancelled, OPEN)).toEqual([409, "wrong-state"]);
  });

  it("gets encrypted content once there is some", async () => {
    const job = await transcoded();
    await encryptPost(worker, job.videoPostId);
    const { token } = await anonymousToken(worker, { videoPostId: job.videoPostId, fileIndex: 0 });
    expect(token).not.toBe("");
    const playlist = `${PROXY}/${job.name}/v3/index.m3u8`;
    expect(await textOf(worker, playlist)).toContain("EXT-X-KEY");
  });
});
