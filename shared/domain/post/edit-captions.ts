import { canonicalJson } from "../../lib/canonical-json.ts";
import { type Caption, type CaptionFields, type Chapters, MOST_CAPTIONS, type StoredText } from "../part/caption.ts";
import type { VideoFile } from "../part/video-file.ts";
import { type Decision, type Refusal, refused, type VideoPost, withFile } from "./video-post.ts";

/* Changes of captions and chapters by an editor, of the present version of a part. Viewers see them without a transcode. */

export function addCaption(
  post: VideoPost,
  fileIndex: number,
  added: { readonly captionId: string; readonly fields: CaptionFields; readonly text: StoredText },
  now: number,
): Decision<Caption> {
  return editPart(post, fileIndex, now, ({ captions }) => {
    if (captions.length >= MOST_CAPTIONS) return wrongState(`a part has at most ${MOST_CAPTIONS} captions`);
    if (isTaken(captions, added.fields.name, null)) return wrongState(NAME_TAKEN);
    const { captionId, fields, text } = added;
    const times = { createdAt: now, textChangedAt: now };
    const caption: Caption = { captionId, ...text, origin: "UPLOADED", ...fields, ...times };
    return { captions: withOneDefault([...captions, caption], caption), value: caption };
  });
}

/** A field that is left out stays. */
export function changeCaption(
  post: VideoPost,
  fileIndex: number,
  { captionId, fields }: { readonly captionId: string; readonly fields: Partial<CaptionFields> },
  now: number,
): Decision<Caption> {
  return editPart(post, fileIndex, now, ({ captions }) => {
    const old = captions.find((caption) => caption.captionId === captionId);
    if (old === undefined) return { kind: "not-found" };
    if (fields.name !== undefined && isTaken(captions, fields.name, captionId)) return wrongState(NAME_TAKEN);
    const caption: Caption = { ...old, ...fields };
    return { captions: withOneDefault(replaced(captions, caption), caption), value: caption };
  });
}

/** The text becomes the editor's, wherever it was from. */
export function replaceCaptionText(
  post: VideoPost,
  fileIndex: number,
  { captionId, text }: { readonly captionId: string; readonly text: StoredText },
  now: number,
): Decision<Caption> {
  return editPart(post, fileIndex, now, ({ captions }) => {
    const old = captions.find((caption) => caption.captionId === captionId);
    if (old === undefined) return { kind: "not-found" };
    const caption: Caption = { ...old, ...text, origin: "UPLOADED", textChangedAt: now };
    return { captions: replaced(captions, caption), value: caption };
  });
}

/** Unchanged for captions that the part does not have. */
export function removeCaption(post: VideoPost, fileIndex: number, captionId: string, now: number): Decision<null> {
  return editPart(post, fileIndex, now, ({ captions }) => ({
    captions: captions.filter((caption) => caption.captionId !== captionId),
    value: null,
  }));
}

/** Every caption of the part once, in the new order. */
export function orderCaptions(
  post: VideoPost,
  fileIndex: number,
  captionIds: readonly string[],
  now: number,
): Decision<null> {
  return editPart(post, fileIndex, now, ({ captions }) => {
    const isComplete = new Set(captionIds).size === captionIds.length && captionIds.length === captions.length;
    const ordered = captionIds.flatMap((id) => captions.filter(({ captionId }) => captionId === id));
    if (!isComplete || ordered.length !== captions.length) {
      const ids = captions.map(({ captionId }) => captionId).join(", ");
      return { kind: "invalid", detail: `captionIds: name each of the part's captions once: ${ids}` };
    }
    return { captions: ordered, value: null };
  });
}

/** Null deletes them. */
export function setChapters(
  post: VideoPost,
  fileIndex: number,
  items: Chapters["items"] | null,
  now: number,
): Decision<null> {
  return editPart(post, fileIndex, now, ({ captions }) => ({
    captions,
    chapters: items === null ? null : { origin: "SET", items },
    value: null,
  }));
}

type Edited<T> = {
  readonly captions: readonly Caption[];
  readonly chapters?: Chapters | null;
  readonly value: T;
};

function editPart<T>(
  post: VideoPost,
  fileIndex: number,
  now: number,
  edit: (file: VideoFile) => Edited<T> | Refusal,
): Decision<T> {
  if (post.deletedAt !== null) return refused({ kind: "deleted" });
  const file = post.files.find((part) => part.fileIndex === fileIndex);
  if (file === undefined) return refused({ kind: fileIndex < post.nextFileIndex ? "deleted" : "not-found" });
  const edited = edit(file);
  if ("kind" in edited) return refused(edited);
  const { captions, chapters = file.chapters, value } = edited;
  const isSame = canonicalJson([captions, chapters]) === canonicalJson([file.captions, file.chapters]);
  if (isSame) return { kind: "unchanged", value };
  const change = withFile(post, { ...file, captions, chapters }, [], now);
  const events = [...change.events, { type: "VideoCaptionsChanged", fileIndex } as const];
  return { kind: "changed", change: { ...change, events }, value };
}

const NAME_TAKEN = "name: other captions of the part have it";

function wrongState(detail: string): Refusal {
  return { kind: "wrong-state", detail };
}

function isTaken(captions: readonly Caption[], name: string, but: string | null): boolean {
  return captions.some((caption) => caption.name === name && caption.captionId !== but);
}

function replaced(captions: readonly Caption[], caption: Caption): readonly Caption[] {
  return captions.map((old) => (old.captionId === caption.captionId ? caption : old));
}

/** RFC 8216 4.3.4.1.1: a group has one default at most. The newest choice counts. */
function withOneDefault(captions: readonly Caption[], { captionId, isDefault }: Caption): readonly Caption[] {
  if (!isDefault) return captions;
  return captions.map((other) => (other.captionId === captionId ? other : { ...other, isDefault: false }));
}
