import { useState } from "react";
import type { Part, VideoPost } from "../../../../client/index.ts";
import { answered } from "../../../api/api-problem.ts";
import { ActionButton } from "../../../components/buttons.tsx";
import { durationText } from "../../../components/facts.tsx";
import { Empty } from "../../../components/states.tsx";
import { PartPicture } from "../../../posters/part-picture.tsx";
import { CommandProblem } from "../commands/command-problem.tsx";
import { usePostCommand } from "../commands/use-post-command.ts";
import { PosterCandidates } from "./poster-candidates.tsx";
import { UploadPoster } from "./upload-poster.tsx";

/** The poster of each part, and what an editor may choose instead. */
export function PosterTab({ post }: { readonly post: VideoPost }) {
  if (post.status === "DELETED") return <Empty heading="The posters were deleted with the post." />;
  if (post.files.length === 0) return <Empty heading="The post has no parts yet." />;
  return post.files.map((part) => <PartPoster key={part.fileIndex} post={post} part={part} />);
}

type Shown = { readonly post: VideoPost; readonly part: Part };

function PartPoster({ post, part }: Shown) {
  /** A candidate that was picked and not sent. */
  const [picked, pick] = useState<number | null>(null);
  const { fileName, images } = part;
  const forget = () => pick(null);
  return (
    <section className="card" aria-label={`Poster of ${fileName}`}>
      <h2 dir="auto">{fileName}</h2>
      <ShownPoster post={post} part={part} />
      {images.candidates.length > 0 && (
        <PosterCandidates post={post} part={part} picked={picked} onPick={pick} onSaved={forget} />
      )}
      <div className="card-buttons">
        <UploadPoster post={post} part={part} onSaved={forget} />
        {images.poster !== null && <ResetPoster post={post} part={part} onSaved={forget} />}
      </div>
      <p className="quiet small">
        {images.candidates.length > 0
          ? "The default is the candidate with the most detail. "
          : "The part has no candidates, so by default it has no poster. "}
        An uploaded image is deleted when another poster takes its place.
      </p>
      <p className="quiet small">{storyboardText(part)}</p>
    </section>
  );
}

function ShownPoster({ post: { videoPostId, version }, part: { fileIndex, fileName, images } }: Shown) {
  const { poster, candidates } = images;
  if (poster === null) return <p className="quiet">No poster yet.</p>;
  const { candidate, width, height } = poster;
  const chosen = candidates.find(({ number }) => number === candidate);
  const origin =
    chosen === undefined ? "Uploaded image" : `Candidate ${chosen.number}, at ${durationText(chosen.seconds)}`;
  return (
    <figure className="poster-shown">
      <PartPicture image={{ videoPostId, version, fileIndex, candidate }} alt={`Poster of ${fileName}`} />
      <figcaption className="quiet">{`${origin} · ${width} × ${height}`}</figcaption>
    </figure>
  );
}

function storyboardText({ images: { storyboard } }: Part): string {
  if (storyboard === null) return "The part has no storyboard: the seek bar of the player shows times alone.";
  const { tiles, intervalSeconds } = storyboard;
  const each = intervalSeconds === 1 ? "each second" : `every ${intervalSeconds} seconds`;
  return `Storyboard: ${tiles} ${tiles === 1 ? "tile" : "tiles"}, one ${each}, on the seek bar of the player.`;
}

function ResetPoster({ post, part: { fileIndex }, onSaved }: Shown & { readonly onSaved: () => void }) {
  const command = usePostCommand(post);
  const reset = () =>
    command.mutate(
      (api, { videoPostId, version }) =>
        answered(
          api.resetPoster({
            params: { videoPostId, fileIndex: String(fileIndex) },
            query: { version: String(version) },
          }),
        ),
      { onSuccess: onSaved },
    );
  return (
    <>
      <ActionButton isPending={command.isPending} onPress={reset}>
        Back to the default
      </ActionButton>
      <CommandProblem command={command} videoPostId={post.videoPostId} />
    </>
  );
}
