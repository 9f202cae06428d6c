import { beforeEach, describe, expect, it } from "vitest";
import { parsePlaylist } from "../../../shared/hls/parse.ts";
import { startIsolate } from "../support/isolates.ts";
import { emptyQueue } from "../support/one-job.ts";
import {
  claim,
  encryptPost,
  type PublishedPost,
  publishPost,
  report,
  transcodeReport,
} from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { administer, anonymousToken, masterOf, siteToken } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

/* Captions: uploads by an editor, and what a token opens of them. */

const worker = startWorker();
let post: PublishedPost;
let part: string;

const VTT = "WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n";
const SRT = "1\r\n00:00:01,000 --> 00:00:02,000\r\nGr\u00fc\u00dfe\r\n";

type Captions = { readonly captionId: string; readonly version: number; readonly captions: Record<string, unknown>[] };

async function send(method: string, path: string, body?: BodyInit, headers: Record<string, string> = {}) {
  const authorization = `Bearer ${testEnv.ADMIN_API_KEY}`;
  const init = { method, headers: { authorization, ...headers }, ...(body === undefined ? {} : { body }) };
  const response = await worker.fetch(`${part}${path}`, init);
  return { status: response.status, body: (await response.json()) as Captions & { code: string; detail: string } };
}

const add = (query: string, body: BodyInit = VTT, headers = {}) => send("POST", `/captions?${query}`, body, headers);
const list = async () => (await send("GET", "/captions")).body.captions;
const objects = async () => {
  const { objects: found } = await testEnv.SOURCE.list({ prefix: `captions/${post.videoPostId}/` });
  return found.map(({ key }) => key);
};

async function master(from = worker): Promise<string> {
  return (await masterOf(from, post, await siteToken(worker, post))).text();
}

beforeEach(async () => {
  await emptyQueue();
  post = await publishPost(worker);
  part = `/api/v2/video-posts/${post.videoPostId}/parts/0`;
});

describe("an upload of captions", () => {
  it("lists them in the master, whose playlist leads to the text on the clock of the segments", async () => {
    const en = await add("language=en&name=English&default=true");
    expect(en).toMatchObject({
      status: 201,
      body: {
        fileIndex: 0,
        captions: [{ language: "en", name: "English", default: true, cues: 1, origin: "UPLOADED" }],
      },
    });
    const latin = new Uint8Array([...SRT].map((letter) => letter.charCodeAt(0)));
    const characteristics = "public.accessibility.transcribes-spoken-dialog,public.easy-to-read";
    const de = await add(`language=DE-at&name=Deutsch&characteristics=${characteristics}`, latin, {
      "content-type": "application/x-subrip; charset=ISO-8859-1",
    });
    expect(de.body.captions[1]).toMatchObject({ language: "de-AT", default: false, forced: false });
    const text = await master();
    expect(parsePlaylist(text)).toMatchObject({ kind: "parsed" });
    const media = text.split("\n").filter((line) => line.startsWith("#EXT-X-MEDIA"));
    expect(media.map((line) => line.replace(/text-[\w-]{22}/, "ID").replace(/token=[^"]+/, "token=T"))).toEqual([
      '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,FORCED=NO,URI="ID/index.m3u8?token=T"',
      `#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="Deutsch",LANGUAGE="de-AT",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,CHARACTERISTICS="${characteristics}",URI="ID/index.m3u8?token=T"`,
    ]);
    expect(text.match(/SUBTITLES="subs"/g)).toHaveLength(text.match(/#EXT-X-STREAM-INF/g)!.length);
    const folder = `/video/enc/videoResource/${post.videoPostId}/0/`;
    const uri = /URI="([^"]+)"/.exec(media[1]!)![1]!;
    const playlist = await worker.fetch(folder + uri);
    const lines = (await playlist.text()).split("\n");
    expect(playlist.headers.get("content-type")).toBe("application/vnd.apple.mpegurl");
    expect(lines).toContain("#EXTINF:18.000000,");
    const file = await worker.fetch(
      `${folder}${uri.split("/")[0]}/${lines.find((line) => line.startsWith("captions"))}`,
    );
    expect(file.headers.get("content-type")).toBe("text/vtt; charset=utf-8");
    expect(file.headers.get("cache-control")).toBe("private, max-age=300");
    expect(await file.text()).toBe(
      "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:126000\n\n00:00:01.000 --> 00:00:02.000\nGr\u00fc\u00dfe\n",
    );
  });

  it("refuses what is no subtitle file, by its line, and stores nothing", async () => {
    const refusal = async (query: string, body?: BodyInit, headers = {}) => {
      const { status, body: problem } = await add(query, body, headers);
      return [status, problem.code, problem.detail];
    };
    const query = "language=en&name=English";
    expect(await refusal(query, "WEBVTT\n\n00:01,000 --> 00:02,000\na\n")).toEqual([
      422,
      "invalid",
      "line 3 of the file: a time is not like 00:01:02.500",
    ]);
    expect(await refusal(query, new Uint8Array([0xfc]))).toEqual([422, "invalid", expect.stringContaining("UTF-8")]);
    expect(await refusal(query, "")).toEqual([422, "invalid", "body: the file is missing"]);
    expect(await refusal(query, new Uint8Array(2 ** 21 + 1))).toEqual([413, "body-too-large", expect.anything()]);
    expect(await refusal("language=e&name=English")).toEqual([422, "invalid", expect.stringContaining("language: ")]);
    expect(await refusal('language=en&name="')).toEqual([422, "invalid", expect.stringContaining("name: ")]);
    expect(await refusal("language=en&name=__TOKEN__")).toEqual([422, "invalid", expect.stringContaining("name: ")]);
    expect(await refusal(`${query}&default=1`)).toEqual([422, "invalid", expect.stringContaining("default: ")]);
    expect(await refusal(`${query}&characteristics=x`)).toEqual([422, "invalid", expect.anything()]);
    expect(await refusal(`${query}&version=1`)).toEqual([409, "version-outdated", expect.anything()]);
    await add(query);
    expect(await refusal(query)).toEqual([409, "wrong-state", "name: other captions of the part have it"]);
    expect(await objects()).toHaveLength(1);
    part = part.replace(/0$/, "7");
    expect((await add(query)).status).toBe(404);
  });

  it("is carried out once for an Idempotency-Key, and another file is another request", async () => {
    const key = { "idempotency-key": "captions-1" };
    const first = await add("language=en&name=English", VTT, key);
    expect(await add("language=en&name=English", VTT, key)).toEqual(first);
    expect(await list()).toHaveLength(1);
    const other = await add("language=en&name=English", VTT.replace("Hello", "Hallo"), key);
    expect([other.status, other.body.code]).toEqual([422, "idempotency-key-reused"]);
  });
});

describe("changes of captions", () => {
  let first: string;
  let second: string;
  beforeEach(async () => {
    first = (await add("language=en&name=English&default=true")).body.captionId;
    second = (await add("language=de&name=Deutsch")).body.captionId;
  });

  it("replace the text under another address, and delete the old object", async () => {
    const before = await master();
    const old = (await worker.context.posts.load(post.videoPostId))!.files[0]!.captions[0]!.objectKey;
    const put = await send("PUT", `/captions/${first}/text`, VTT.replace("Hello", "Bye & <b>bye</b>"));
    expect(put).toMatchObject({ status: 200, body: { captions: [{ captionId: first, name: "English" }, {}] } });
    await expect.poll(() => testEnv.SOURCE.head(old), { timeout: 30_000 }).toBeNull();
    expect(await objects()).toHaveLength(2);
    const text = await worker.admin("GET", `${part}/captions/${first}/text`);
    expect(await text.text()).toBe("WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nBye &amp; <b>bye</b>\n");
    expect(uriOf(await master(), "English")).not.toBe(uriOf(before, "English"));
    expect(uriOf(await master(), "Deutsch").split("?")[0]).toBe(uriOf(before, "Deutsch").split("?")[0]);
    const gone = await worker.fetch(`/video/enc/videoResource/${post.videoPostId}/0/${uriOf(before, "English")}`);
    expect(gone.status).toBe(404);
  });

  it("move the default, change fields, order and delete", async () => {
    const changed = await send("PATCH", `/captions/${second}`, JSON.stringify({ default: true, forced: true }));
    expect(changed.body.captions).toMatchObject([{ default: false }, { default: true, forced: true }]);
    const same = await send("PATCH", `/captions/${second}`, JSON.stringify({ default: true }));
    expect(same.body.version).toBe(changed.body.version);
    const taken = await send("PATCH", `/captions/${second}`, JSON.stringify({ name: "English" }));
    expect(taken.status).toBe(409);
    const ordered = await send("PUT", "/caption-order", JSON.stringify({ captionIds: [second, first] }));
    expect(ordered.body.captions.map(({ captionId }) => captionId)).toEqual([second, first]);
    expect((await send("PUT", "/caption-order", JSON.stringify({ captionIds: [second] }))).status).toBe(422);
    const text = await master();
    expect(text.indexOf('NAME="Deutsch"')).toBeLessThan(text.indexOf('NAME="English"'));
    expect((await send("DELETE", `/captions/${second}`)).body.captions).toHaveLength(1);
    expect((await send("DELETE", `/captions/${second}`)).status).toBe(200);
    expect((await send("PATCH", `/captions/${second}`, "{}")).status).toBe(404);
    expect(await master()).not.toContain("Deutsch");
  });

  it("are in the history of the post and in the audit log", async () => {
    const history = await administer(worker, "GET", `/api/v2/video-posts/${post.videoPostId}/history`, undefined);
    expect(JSON.stringify(history.body)).toContain('"post.captions"');
    await worker.settled();
    const log = await administer(worker, "GET", "/admin/audit?action=post.captions.add&limit=1", undefined);
    expect(log.body).toMatchObject({ events: [{ details: { language: "de", name: "Deutsch", captionId: second } }] });
  });

  it("go with their part, and stay when its source is replaced", async () => {
    await worker.admin("PUT", `${part}/source`, { sourceUrl: "https://origin.example/new.mp4", fileName: "new.mp4" });
    const found = [{ track: 3, language: "en", name: "English", isDefault: true, isForced: false, cues: 2, bytes: 60 }];
    const made = await claim(worker, post.videoPostId);
    const report2 = { ...transcodeReport(["480p"]), captions: found.map((one) => ({ ...one, characteristics: [] })) };
    await report(worker, made, "transcode-result", report2);
    await encryptPost(worker, post.videoPostId);
    await worker.settled();
    expect(await list()).toMatchObject([
      { captionId: first, origin: "UPLOADED", default: true },
      { captionId: second },
      { name: "English 2", origin: "SOURCE", default: false },
    ]);
    expect(await objects()).toHaveLength(2);
    await worker.admin("POST", `/api/v2/video-posts/${post.videoPostId}/parts`, {
      uploadFileList: [{ sourceUrl: "https://origin.example/b.mp4", fileName: "b.mp4" }],
    });
    await report(worker, await claim(worker, post.videoPostId), "transcode-result", transcodeReport(["480p"]));
    await encryptPost(worker, post.videoPostId);
    expect((await worker.admin("DELETE", part)).status).toBe(200);
    expect((await send("GET", "/captions")).status).toBe(404);
    await expect.poll(objects, { timeout: 30_000 }).toEqual([]);
  });
});

function uriOf(text: string, name: string): string {
  return new RegExp(`NAME="${name}".*URI="([^"]+)"`).exec(text)![1]!;
}

describe("what viewers get", () => {
  it("shows a change within the freshness of the gate, and costs viewers no statement", async () => {
    const isolate = startIsolate({ GATE_LOCATION_COPIES: "off" });
    const before = await master(isolate);
    expect(before).not.toContain("EXT-X-MEDIA");
    await add("language=en&name=English");
    isolate.pass(5001);
    await master(isolate);
    await isolate.settled();
    const shown = await master(isolate);
    expect(shown).toContain('NAME="English"');
    const trips = isolate.trips();
    const folder = `/video/enc/videoResource/${post.videoPostId}/0/`;
    for (let viewer = 0; viewer < 5; viewer++) {
      const uri = uriOf(await master(isolate), "English");
      expect((await isolate.fetch(folder + uri)).status).toBe(200);
      expect((await isolate.fetch(folder + uri.replace("index.m3u8", "captions.vtt"))).status).toBe(200);
    }
    expect(isolate.trips()).toBe(trips);
  });

  it("shows a viewer whose token is newer than the isolate's knowledge the captions at once", async () => {
    const isolate = startIsolate({ GATE_LOCATION_COPIES: "off" });
    expect(await master(isolate)).not.toContain("EXT-X-MEDIA");
    await add("language=en&name=English");
    // Two readings for refusals are this far apart.
    isolate.pass(300);
    expect(await master(isolate)).toContain('NAME="English"');
  });

  it("asks the database for unknown texts at most once in a period", async () => {
    const isolate = startIsolate({ GATE_LOCATION_COPIES: "off" });
    const { token } = await siteToken(worker, post);
    await master(isolate);
    const trips = isolate.trips();
    for (let n = 0; n < 20; n++) {
      const name = `text-${"x".repeat(20)}${10 + n}`;
      const path = `/video/enc/videoResource/${post.videoPostId}/0/${name}/captions.vtt?token=${token}`;
      expect((await isolate.fetch(path)).status).toBe(404);
    }
    expect(isolate.trips() - trips).toBeLessThanOrEqual(3);
  });

  it("opens nothing without a token, with another video's, or after a revocation", async () => {
    await add("language=en&name=English");
    const { token } = await anonymousToken(worker, post);
    const uri = uriOf(await (await masterOf(worker, post, { token })).text(), "English");
    const path = `/video/enc/videoResource/${post.videoPostId}/0/${uri.replace("index.m3u8", "captions.vtt")}`;
    const statusOf = async (address: string) => (await worker.fetch(address)).status;
    expect(await statusOf(path)).toBe(200);
    expect(await statusOf(path.split("?")[0]!)).toBe(401);
    const other = await publishPost(worker);
    const { token: others } = await anonymousToken(worker, other);
    expect(await statusOf(`${path.split("?")[0]}?token=${others}`)).toBe(403);
    expect(await statusOf(path.replace(/text-[\w-]{22}/, `text-${"x".repeat(22)}`))).toBe(404);
    await worker.admin("POST", "/admin/video/enc/revoke", { videoPostId: post.videoPostId, fileIndex: 0 });
    expect(await statusOf(path)).toBe(401);
  });

  it("serves a master without captions to an isolate that knows nothing while the database is away", async () => {
    await add("language=en&name=English");
    const token = await siteToken(worker, post);
    const cold = startIsolate({ GATE_LOCATION_COPIES: "off" });
    cold.fail(() => Promise.reject(new Error("away")));
    const response = await masterOf(cold, post, token);
    expect([response.status, (await response.text()).includes("EXT-X-MEDIA")]).toEqual([200, false]);
  });
});
