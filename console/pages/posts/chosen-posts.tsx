import { useState } from "react";
import { Checkbox } from "react-aria-components";
import type { VideoPostSummary } from "../../../client/index.ts";
import { ActionButton } from "../../components/buttons.tsx";
import { RotateChosen } from "../../rotations/rotate-chosen.tsx";
import { MOST_CHOSEN } from "../../rotations/use-start-batch.ts";
import "./chosen-posts.css";

/** The posts that an editor has chosen for a rotation batch, under any filter. */
export type ChosenPosts = {
  readonly ids: ReadonlySet<string>;
  readonly toggle: (videoPostId: string) => void;
  readonly clear: () => void;
};

export function useChosenPosts(): ChosenPosts {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  return {
    ids,
    toggle: (id) =>
      setIds((before) => new Set(before.has(id) ? [...before].filter((one) => one !== id) : [...before, id])),
    clear: () => setIds(new Set()),
  };
}

type ChoosePostProps = { readonly post: VideoPostSummary; readonly chosen: ChosenPosts };

export function ChoosePost({ post: { videoPostId, title, status }, chosen: { ids, toggle } }: ChoosePostProps) {
  const isChosen = ids.has(videoPostId);
  return (
    <Checkbox
      className="checkbox choose-post"
      aria-label={`Choose ${title}`}
      isSelected={isChosen}
      isDisabled={!isChosen && (status === "DELETED" || ids.size >= MOST_CHOSEN)}
      onChange={() => toggle(videoPostId)}
    >
      <span className="checkbox-box" aria-hidden="true" />
    </Checkbox>
  );
}

/** What may be done with the chosen posts. It stays in view while the list is scrolled. */
export function ChosenBar({ chosen: { ids, clear } }: { readonly chosen: ChosenPosts }) {
  if (ids.size === 0) return null;
  const posts = ids.size === 1 ? "1 post" : `${ids.size} posts`;
  return (
    <section className="chosen-bar" aria-label="Chosen posts">
      <p role="status">
        {`${posts} chosen`}
        {ids.size >= MOST_CHOSEN && ": a batch takes no more."}
      </p>
      <div className="card-buttons">
        <RotateChosen parts={[...ids].map((videoPostId) => ({ videoPostId }))} what={posts} />
        <ActionButton onPress={clear}>Clear</ActionButton>
      </div>
    </section>
  );
}
