import { lazy, Suspense, useCallback, useState } from "react";
import type { Part, VideoPost } from "../../../../client/index.ts";
import { answered } from "../../../api/api-problem.ts";
import { ActionButton } from "../../../components/buttons.tsx";
import { SelectInput } from "../../../components/fields.tsx";
import { Loading, ProblemNotice } from "../../../components/states.tsx";
import { useHolds, useSession } from "../../../session/session.tsx";
import "./player.css";

/** Loaded when it plays: hls.js is larger than the rest of the page. */
const PartVideo = lazy(() => import("./part-video.tsx").then((module) => ({ default: module.PartVideo })));

/** Plays a part before the review, with a token for every quality where the caller may issue one. */
export function ReviewPlayer({ post }: { readonly post: VideoPost }) {
  const playable = post.files.filter(({ keyVersion }) => keyVersion !== null);
  const [chosen, choose] = useState<string | null>(null);
  const part = playable.find(({ fileIndex }) => String(fileIndex) === chosen) ?? playable[0];
  if (part === undefined) return null;
  return (
    <section className="section" aria-label="Player">
      {playable.length > 1 && (
        <SelectInput
          label="Part"
          choices={playable.map(({ fileIndex, fileName }) => ({ value: String(fileIndex), label: fileName }))}
          value={String(part.fileIndex)}
          onChange={choose}
        />
      )}
      <PartPlayer key={`${part.fileIndex}/${part.keyVersion}`} post={post} part={part} />
    </section>
  );
}

type PartPlayerProps = { readonly post: VideoPost; readonly part: Part };

function PartPlayer({ post: { videoPostId }, part: { fileIndex, fileName } }: PartPlayerProps) {
  const { api } = useSession();
  const mayIssue = useHolds("tokens:issue");
  const [isPlaying, setPlaying] = useState(false);
  const [failure, setFailure] = useState<Error | null>(null);
  const issueToken = useCallback(() => {
    const body = { videoPostId, fileIndex };
    return answered(mayIssue ? api.issueToken({ body }) : api.issueViewerToken({ body }));
  }, [api, mayIssue, videoPostId, fileIndex]);
  const fail = useCallback((error: Error) => {
    setFailure(error);
    setPlaying(false);
  }, []);
  const play = () => {
    setFailure(null);
    setPlaying(true);
  };
  if (isPlaying)
    return (
      <Suspense fallback={<Loading label="Loading the player" />}>
        <PartVideo issueToken={issueToken} label={fileName} onFailure={fail} />
      </Suspense>
    );
  return (
    <>
      {failure !== null && <ProblemNotice error={failure} />}
      <div className="player-start">
        <ActionButton variant="primary" onPress={play}>
          Play {fileName}
        </ActionButton>
        {!mayIssue && <p className="quiet small">As an anonymous viewer: your scopes do not include tokens:issue.</p>}
      </div>
    </>
  );
}
