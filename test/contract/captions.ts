import { beforeEach, describe, expect, it } from "vitest";
import {
  addCaption,
  changeCaption,
  removeCaption,
  setChapters,
} from "../../shared/application/commands/edit-captions.ts";
import { deleteVideoPost } from "../../shared/application/commands/edit-video-post.ts";
import { captionKey, captionPrefix } from "../../shared/domain/part/object-keys.ts";
import { secretId } from "../../shared/lib/random-id.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { NOW, onlyPart, publishPost, reload } from "./steps.ts";

export function describeCaptions(name: string, open: OpenPersistence): void {
  describe(`${name}: captions and chapters`, () => {
    let persistence: TestPersistence;
    let id: string;
    beforeEach(async () => {
      persistence = await open();
      id = (await publishPost(persistence)).id;
    });

    const edited = () => ({ videoPostId: id, fileIndex: 0, seenVersion: null, editor: "tester" });
    const add = async (language: string) => {
      const prefix = captionPrefix(id, secretId());
      const text = { textId: secretId(), objectKey: captionKey(prefix), cues: 1, bytes: 40 };
      // A name that could break out of JSON or of a statement.
      const fields = {
        language,
        name: `${language} '"\\ 夏`,
        isDefault: false,
        isForced: true,
        characteristics: ["a.b"],
      };
      const outcome = await addCaption(persistence, edited(), { fields, text }, NOW);
      if (outcome.kind !== "done") throw new Error(outcome.kind);
      return { prefix, caption: outcome.value };
    };
    const uses = (...prefixes: string[]) => persistence.prefixes.classifyPrefixes(prefixes, NOW);

    it("are read with their post and with its part, in their order", async () => {
      const [first, second] = [await add("de"), await add("en")];
      const items = [
        { startSeconds: 0, title: "Start" },
        { startSeconds: 1.5, title: "“夏” \\ '" },
      ];
      await setChapters(persistence, edited(), items, NOW);
      const file = onlyPart(await reload(persistence, id));
      expect(file.captions).toEqual([first.caption, second.caption]);
      expect(file.chapters).toEqual({ origin: "SET", items });
      const { part } = await persistence.gateReadings.readPart(id, 0);
      expect(part).toMatchObject({ captions: file.captions, chapters: items, mediaStart: 126_000 });
    });

    it("are not saved again where nothing differs, in whatever order the database returns the members of an object", async () => {
      const { caption } = await add("de");
      const chapters = [{ startSeconds: 0, title: "Start" }];
      await setChapters(persistence, edited(), chapters, NOW);
      const { version } = await reload(persistence, id);
      await setChapters(persistence, edited(), structuredClone(chapters), NOW);
      const { language, name, isDefault, isForced, characteristics } = caption;
      const fields = { characteristics: [...characteristics], isForced, isDefault, name, language };
      await changeCaption(persistence, edited(), { captionId: caption.captionId, fields }, NOW);
      expect((await reload(persistence, id)).version).toBe(version);
    });

    it("keep the prefixes of their texts until they are deleted, or their post", async () => {
      const [first, second] = [await add("de"), await add("en")];
      const strange = captionPrefix(id, secretId());
      expect(await uses(first.prefix, second.prefix, strange)).toEqual(["named", "named", "garbage"]);
      await removeCaption(persistence, edited(), first.caption.captionId, NOW);
      expect(await uses(first.prefix, second.prefix)).toEqual(["garbage", "named"]);
      await deleteVideoPost(persistence.posts, { videoPostId: id, seenVersion: null }, "tester", NOW);
      expect(await uses(second.prefix)).toEqual(["garbage"]);
    });
  });
}
