import { beforeAll, describe, expect, it } from "vitest";
import { type PublishedPost, publishPost } from "../support/published-post.ts";
import { askKey, type Held, siteToken, startSession, usesOf } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

let worker: TestWorker;
let post: PublishedPost;

beforeAll(async () => {
  worker = startWorker();
  post = await publishPost(worker);
});

async function refusalOf(response: Response): Promise<[number, string]> {
  return [response.status, ((await response.json()) as { code: string }).code];
}

describe("a session that is bound to where it began", () => {
  type Place = { country?: string; asn?: number };

  /** As it comes from Cloudflare, which says where the request is from. */
  async function from(mine: TestWorker, place: Place | null, path: string, init: RequestInit = {}): Promise<Response> {
    return mine.fetch(path, place === null ? init : ({ ...init, cf: place } as RequestInit));
  }
  async function began(mine: TestWorker, place: Place | null, more = {}): Promise<Held> {
    const { token } = await siteToken(mine, post, more);
    const path = `/video/enc/videoResource/${post.videoPostId}/0/master.m3u8?token=${token}`;
    const master = new TextDecoder().decode(await (await from(mine, place, path)).arrayBuffer());
    return { token: /token=([\w.-]+)/.exec(master)![1]! };
  }
  const keyPath = ({ token }: Held) => {
    const { keyId } = post.keys.keys.find((key) => key.quality === "480p")!;
    return `/video/enc/key?keyId=${keyId}&quality=480p&token=${token}`;
  };
  const askFrom = async (mine: TestWorker, place: Place | null, held: Held) => {
    const response = await from(mine, place, keyPath(held));
    return response.status === 200 ? "key" : (await refusalOf(response)).join(" ");
  };

  it.each<[string, Place, Place]>([
    ["country", { country: "NL", asn: 1 }, { country: "DE", asn: 1 }],
    ["network", { country: "NL", asn: 64_500 }, { country: "NL", asn: 64_501 }],
  ])("by %s gets keys there and nowhere else, and is refreshed there and nowhere else", async (kind, here, there) => {
    const mine = startWorker({ SESSION_BINDING: kind });
    const session = await began(mine, here);
    expect(await askFrom(mine, there, session)).toBe("403 session-elsewhere");
    expect((await from(mine, there, keyPath(session), { method: "HEAD" })).status).toBe(403);
    expect(await askFrom(mine, here, session)).toBe("key");
    const body = JSON.stringify(session);
    const elsewhere = await from(mine, there, "/video/enc/session", { method: "POST", body });
    expect(await refusalOf(elsewhere)).toEqual([403, "session-elsewhere"]);
    const answer = await from(mine, here, "/video/enc/session", { method: "POST", body });
    const refreshed = (await answer.json()) as Held;
    expect(await askFrom(mine, there, refreshed)).toBe("403 session-elsewhere");
    expect(await askFrom(mine, here, refreshed)).toBe("key");
  });

  it("consumes no use elsewhere", async () => {
    const mine = startWorker({ SESSION_BINDING: "country" });
    const session = await began(mine, { country: "NL" }, { maxUses: 5 });
    expect(await askFrom(mine, { country: "DE" }, session)).toBe("403 session-elsewhere");
    expect(await usesOf(mine, session)).toBe(0);
  });

  it("is bound to nothing where nothing is known of the request, at its beginning or later", async () => {
    const mine = startWorker({ SESSION_BINDING: "country" });
    for (const unknown of [null, {}, { country: "XX" }]) {
      expect(await askFrom(mine, { country: "DE" }, await began(mine, unknown))).toBe("key");
      expect(await askFrom(mine, unknown, await began(mine, { country: "DE" }))).toBe("key");
    }
  });

  it("is free again when the setting is taken back, and keeps its kind when that is changed", async () => {
    const session = await began(startWorker({ SESSION_BINDING: "country" }), { country: "NL", asn: 1 });
    expect(await askFrom(startWorker(), { country: "DE", asn: 1 }, session)).toBe("key");
    const byNetwork = startWorker({ SESSION_BINDING: "network" });
    expect(await askFrom(byNetwork, { country: "DE", asn: 1 }, session)).toBe("403 session-elsewhere");
    expect(await askFrom(byNetwork, { country: "NL", asn: 2 }, session)).toBe("key");
  });

  it("is not what happens by default: then nobody asks where a request is from", async () => {
    const issued = await siteToken(worker, post);
    const bound = await began(startWorker({ SESSION_BINDING: "country" }), { country: "NL" });
    const descriptor = Object.getOwnPropertyDescriptor(Request.prototype, "cf")!;
    let reads = 0;
    Object.defineProperty(Request.prototype, "cf", { configurable: true, get: () => void reads++ });
    try {
      expect(await askKey(worker, post, await startSession(worker, post, issued))).toBe("key");
      expect(await askKey(worker, post, bound)).toBe("key");
      expect(reads).toBe(0);
      // So that it is known to count:
      await startSession(startWorker({ SESSION_BINDING: "country" }), post, issued);
      expect(reads).toBe(1);
    } finally {
      Object.defineProperty(Request.prototype, "cf", descriptor);
    }
  });
});
