import { describe, expect, it } from "vitest";
import { createPost, publishPost } from "../support/published-post.ts";
import { startWorker } from "../support/worker.ts";

const POLICY = (ancestors: string) =>
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; worker-src 'self' blob:; " +
  `media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors ${ancestors}`;

describe("the embed page", () => {
  it.each([
    [undefined, "'self'"],
    ["self", "'self'"],
    ["'self' https://site.example", "'self' https://site.example"],
    ["*", "*"],
    ["https://site.example https://*.other.example:8443", "'self' https://site.example https://*.other.example:8443"],
  ])("with EMBED_ANCESTORS %j may be in pages of %s", async (setting, ancestors) => {
    const worker = startWorker(setting === undefined ? {} : { EMBED_ANCESTORS: setting });
    const { videoPostId } = await publishPost(worker);
    const response = await worker.fetch(`/embed/${videoPostId}/0`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-security-policy")).toBe(POLICY(ancestors));
    expect(await response.text()).toContain(`video-post-id="${videoPostId}" file-index="0"`);
  });

  it.each(["", "https://site.example; script-src *", "https://site.example/path", "site", "* https://a.example"])(
    "refuses to work with EMBED_ANCESTORS %j",
    (setting) => {
      expect(() => startWorker({ EMBED_ANCESTORS: setting })).toThrow(/EMBED_ANCESTORS/);
    },
  );

  it("has no address for what is no id", async () => {
    expect((await startWorker().fetch("/embed/not-an-id/0")).status).toBe(404);
  });
});

describe("oEmbed", () => {
  const ORIGIN = "https://worker.example";
  const ask = async (query: Record<string, string>, worker = startWorker()) => {
    const response = await worker.fetch(`/oembed?${new URLSearchParams(query)}`);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it("describes a video that plays, with its title escaped, in the size that was asked for", async () => {
    const worker = startWorker();
    const { videoPostId } = await publishPost(worker, { title: 'Cats & "Dogs"' });
    const origin = new URL((await worker.fetch(`/watch/${videoPostId}/0`)).headers.get("link")!.slice(1).split(">")[0]!)
      .origin;
    const { status, body } = await ask({ url: `${origin}/watch/${videoPostId}/0`, maxheight: "180" }, worker);
    expect(status).toBe(200);
    expect(body).toMatchObject({ type: "video", version: "1.0", title: 'Cats & "Dogs"', width: 320, height: 180 });
    expect(body.html).toContain('title="Cats &amp; &quot;Dogs&quot;"');
  });

  it.each([
    [{ url: `${ORIGIN}/watch/01a21904-ad02-735b-96eb-e427a4a73472/0` }, 404],
    [{ url: "https://elsewhere.example/watch/01a21904-ad02-735b-96eb-e427a4a73472/0" }, 404],
    [{ url: "javascript:alert(1)" }, 422],
    [{ url: `${ORIGIN}/`, more: "1" }, 422],
    [{ url: `${ORIGIN}/`, maxwidth: "-1" }, 422],
    [{ url: `${ORIGIN}/`, format: "xml" }, 501],
    [{}, 422],
  ])("answers %j with %i", async (query, status) => {
    expect((await ask(query as Record<string, string>)).status).toBe(status);
  });

  it("says nothing of a post that is not published", async () => {
    const worker = startWorker();
    const videoPostId = await createPost(worker);
    const { origin } = new URL((await worker.fetch(`/watch/${videoPostId}/0`)).url || ORIGIN);
    expect((await ask({ url: `${origin}/watch/${videoPostId}/0` }, worker)).status).toBe(404);
  });
});
