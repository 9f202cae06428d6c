import { describe, expect, it } from "vitest";
import { changeVideoPostInteraction } from "../post/interaction.ts";
import { publishedVideoOf } from "../post/published-video.ts";
import { applied, encrypted, NOW, part, playingPost, transcoded, waitingPost } from "../post/ready-post.fixture.ts";
import { auditVideoPost } from "../post/review.ts";
import { deleteVideoPost, updateVideoPost, type VideoPost, withNewFile } from "../post/video-post.ts";
import { eventsOfChange } from "./change-events.ts";

const pass = { result: "PASSED", reason: null, by: "anna" } as const;
const reject = { result: "REJECTED", reason: "loud", by: "ben" } as const;
const unpublished = (): VideoPost => ({ ...waitingPost(), autoPublish: false });
const settings = { comments: false, liveComments: true };

describe("the library entry of a post", () => {
  it("has the texts, the interaction and the parts that play, in their order", () => {
    const playing = playingPost();
    const upload = { kind: "upload", uploadId: "upload-1" } as const;
    const added = { id: "file-1", jobId: "job-1", source: upload, fileName: "b.mp4", fileSize: 1 };
    const post = withNewFile(playing, { ...added, durationSeconds: 60 }, NOW);
    expect(publishedVideoOf(post)).toEqual({
      videoPostId: "post",
      authorId: "author",
      title: "A film",
      slug: "a-film",
      description: "",
      resourceType: "VIDEO",
      durationSeconds: 18,
      interaction: { comments: true, liveComments: false },
      parts: [
        { fileIndex: 0, position: 0, durationSeconds: 18, qualities: ["720p", "480p"], poster: null, ready: true },
      ],
      publishedAt: NOW,
    });
  });

  it("is null while the post is not published, and once it is deleted", () => {
    const rejected = applied(auditVideoPost(playingPost(), reject, NOW));
    const deleted = applied(deleteVideoPost(playingPost(), NOW));
    expect([waitingPost(), rejected, deleted].map(publishedVideoOf)).toEqual([null, null, null]);
  });
});

describe("a change of what the library shows", () => {
  const post = playingPost();

  it("raises an event while the post is published, whichever texts or parts it changes", () => {
    const changed = { type: "PublishedVideoChanged" };
    const retitled = applied(updateVideoPost(post, { title: "Another" }, NOW));
    expect(eventsOfChange(post, retitled)).toEqual([changed]);
    const longer = { ...post, files: [{ ...part(post), durationSeconds: 20 }] };
    expect(eventsOfChange(post, longer)).toEqual([changed]);
    expect(eventsOfChange(post, { ...post, files: [{ ...part(post), position: 3 }] })).toEqual([changed]);
  });

  it("raises none if it is the publication itself, a deletion, new keys or a draft", () => {
    const draft = encrypted(transcoded(unpublished()));
    const uploads = { type: "UploadsReleased", uploadIds: ["upload-0"] };
    expect(eventsOfChange(draft, applied(auditVideoPost(draft, pass, NOW)))).toEqual([uploads]);
    expect(eventsOfChange(draft, applied(updateVideoPost(draft, { title: "Another" }, NOW)))).toEqual([]);
    expect(eventsOfChange(post, encrypted(post, 2))).toEqual([]);
    expect(eventsOfChange(post, applied(deleteVideoPost(post, NOW)))).toEqual([]);
  });
});

describe("a change of the interaction settings", () => {
  const event = { type: "VideoPostInteractionChanged", interaction: settings };

  it("raises the same event by its command and by an edit, published or not", () => {
    for (const post of [playingPost(), waitingPost()]) {
      const edited = applied(updateVideoPost(post, { interaction: settings }, NOW));
      const changed = applied(changeVideoPostInteraction(post, settings, NOW));
      expect(eventsOfChange(post, changed)).toEqual([event]);
      expect(eventsOfChange(post, edited)).toEqual([event]);
    }
  });

  it("is none for the settings that the post has, and refused for a deleted post", () => {
    const post = playingPost();
    expect(changeVideoPostInteraction(post, { ...post.interaction }, NOW).kind).toBe("unchanged");
    const deleted = applied(deleteVideoPost(post, NOW));
    expect(changeVideoPostInteraction(deleted, settings, NOW)).toMatchObject({ refusal: { kind: "deleted" } });
  });
});

describe("the upload of a part", () => {
  const released = (uploadIds: string[]) => [{ type: "UploadsReleased", uploadIds }];

  it("is released when the part is encrypted and the post published, whichever comes last", () => {
    const waiting = encrypted(transcoded(unpublished()));
    expect(eventsOfChange(transcoded(unpublished()), waiting)).toEqual([]);
    expect(eventsOfChange(waiting, applied(auditVideoPost(waiting, pass, NOW)))).toEqual(released(["upload-0"]));

    const before: VideoPost = { ...transcoded(waitingPost()), publishedAt: NOW };
    const events = eventsOfChange(before, { ...encrypted(before), publishedAt: NOW });
    expect(events).toEqual([{ type: "PublishedVideoChanged" }, ...released(["upload-0"])]);
  });

  it("is released once, and again if the post is published again", () => {
    const post = playingPost();
    expect(eventsOfChange(post, encrypted(post, 2))).toEqual([]);
    const rejected = applied(auditVideoPost(post, reject, NOW));
    expect(eventsOfChange(post, rejected)).toEqual([]);
    expect(eventsOfChange(rejected, applied(auditVideoPost(rejected, pass, NOW)))).toEqual(released(["upload-0"]));
  });

  it("is kept while it replaces what plays, until the new version plays", () => {
    const post = playingPost();
    const source = { kind: "upload", uploadId: "upload-new" } as const;
    const replacing = { ...post, files: [{ ...part(post), source, transferResult: "TRANSCODING" as const }] };
    expect(eventsOfChange(post, replacing)).toEqual([]);
    const clear = { prefix: "a-film/transcode-9/c1/", transcodeJobId: "transcode-9" };
    const ready = { ...replacing, files: [{ ...part(replacing), clear, transferResult: "SUCCESS" as const }] };
    expect(eventsOfChange(replacing, ready)).toEqual([]);
    const playing = { prefix: "a-film/transcode-9/enc/k2-c1/", transcodeJobId: "transcode-9", keyVersion: 2 };
    const replaced = { ...ready, files: [{ ...part(ready), playing }] };
    expect(eventsOfChange(ready, replaced)).toContainEqual(released(["upload-new"])[0]);
  });

  it("is released when its part is removed before it played", () => {
    const before: VideoPost = { ...transcoded(waitingPost()), publishedAt: NOW };
    expect(eventsOfChange(before, { ...before, files: [] })).toEqual(released(["upload-0"]));
  });
});
