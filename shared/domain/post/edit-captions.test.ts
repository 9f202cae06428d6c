import { describe, expect, it } from "vitest";
import type { CaptionFields } from "../part/caption.ts";
import { captionKey, captionPrefix } from "../part/object-keys.ts";
import { eventsOfChange } from "../webhooks/change-events.ts";
import { addCaption, changeCaption, removeCaption, replaceCaptionText, setChapters } from "./edit-captions.ts";
import { removePart, replacePart } from "./part-edits.ts";
import { applied, NOW, part, playingPost, waitingPost } from "./ready-post.fixture.ts";
import { changeOf, replaced, source } from "./replaced-part.fixture.ts";
import { deleteVideoPost, type VideoPost } from "./video-post.ts";

const FIELDS: CaptionFields = {
  language: "en",
  name: "English",
  isDefault: false,
  isForced: false,
  characteristics: [],
};
const prefixOf = (name: string) => captionPrefix("post", `${name}${"x".repeat(22 - name.length)}`);

function text(name: string) {
  return { textId: `${name}${"x".repeat(22 - name.length)}`, objectKey: captionKey(prefixOf(name)), cues: 1, bytes: 9 };
}

const adding = (name: string) => ({ captionId: name, fields: { ...FIELDS, name }, text: text(name) });
const withCaption = (post: VideoPost, name = "a") => applied(addCaption(post, 0, adding(name), NOW));

/** What a change leads to, events of the difference included. */
function eventsOf(post: VideoPost, decision: Parameters<typeof changeOf>[0]) {
  const change = changeOf(decision);
  return [...change.events, ...eventsOfChange(post, change.post)];
}

describe("an edit of captions", () => {
  it("raises one event, and nothing where nothing changes", () => {
    const post = withCaption(playingPost());
    expect(eventsOf(playingPost(), addCaption(playingPost(), 0, adding("a"), NOW))).toEqual([
      { type: "VideoCaptionsChanged", fileIndex: 0 },
    ]);
    expect(changeCaption(post, 0, { captionId: "a", fields: { language: "en" } }, NOW).kind).toBe("unchanged");
    expect(removeCaption(post, 0, "b", NOW).kind).toBe("unchanged");
    expect(setChapters(post, 0, null, NOW).kind).toBe("unchanged");
  });

  it("releases the text that it replaces or deletes", () => {
    const post = withCaption(withCaption(playingPost()), "b");
    const released = { type: "CaptionTextsReleased", prefixes: [prefixOf("a")] };
    const replacing = replaceCaptionText(post, 0, { captionId: "a", text: text("c") }, NOW);
    expect(eventsOf(post, replacing)).toContainEqual(released);
    expect(eventsOf(post, removeCaption(post, 0, "a", NOW))).toContainEqual(released);
  });

  it("refuses parts that are not there", () => {
    expect(addCaption(playingPost(), 3, adding("a"), NOW)).toMatchObject({ refusal: { kind: "not-found" } });
    const without = applied(removePart(waitingPost(2), 0, "keep", NOW));
    expect(addCaption(without, 0, adding("a"), NOW)).toMatchObject({ refusal: { kind: "deleted" } });
  });
});

describe("the captions of a part", () => {
  it("are deleted with it, and with its post", () => {
    const post = withCaption(waitingPost(2));
    const removed = eventsOf(post, removePart(post, 0, "keep", NOW));
    expect(removed).toContainEqual(
      expect.objectContaining({ type: "VideoPartRemoved", prefixes: expect.arrayContaining([prefixOf("a")]) }),
    );
    const deleted = eventsOf(post, deleteVideoPost(post, NOW));
    expect(deleted).toContainEqual(
      expect.objectContaining({ type: "VideoPostDeleted", prefixes: expect.arrayContaining([prefixOf("a")]) }),
    );
  });

  it("stay when a source that never played is replaced", () => {
    const post = withCaption(waitingPost());
    const decision = replacePart(post, 0, source("new"), "keep", NOW);
    expect(part(changeOf(decision).post).captions).toEqual(part(post).captions);
    expect(JSON.stringify(eventsOf(post, decision))).not.toContain(prefixOf("a"));
  });

  it("are not touched while a replacement is in progress", () => {
    const post = withCaption(replaced(playingPost()));
    expect(post.otherVersions.map(({ captions }) => captions)).toEqual([[]]);
    expect(part(post).captions).toHaveLength(1);
  });
});
