import { useMutation } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import type { Part, VideoPost } from "../../../client/index.ts";
import { answered } from "../../api/api-problem.ts";
import { ActionButton } from "../../components/buttons.tsx";
import { SelectInput } from "../../components/fields.tsx";
import { Loading, ProblemNotice } from "../../components/states.tsx";
import { useHolds, useSession } from "../../session/session.tsx";

/** Loaded when it plays: hls.js is larger than the rest of the page. */
const HlsVideo = lazy(() => import("../../player/hls-video.tsx").then((module) => ({ default: module.HlsVideo })));

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

function PartPlayer({ post, part }: { readonly post: VideoPost; readonly part: Part }) {
  const { api } = useSession();
  const mayIssue = useHolds("tokens:issue");
  const body = { videoPostId: post.videoPostId, fileIndex: part.fileIndex };
  const token = useMutation({
    mutationFn: () => answered(mayIssue ? api.issueToken({ body }) : api.issueViewerToken({ body })),
  });
  const [failure, setFailure] = useState<Error | null>(null);
  const { reset } = token;
  // A failed player is replaced by one with a new token.
  useEffect(() => {
    if (failure !== null) reset();
  }, [failure, reset]);
  const error = token.error ?? failure;
  const play = () => {
    setFailure(null);
    token.mutate();
  };
  if (token.data !== undefined)
    return (
      <Suspense fallback={<Loading label="Loading the player" />}>
        <HlsVideo masterUrl={token.data.masterUrl} label={part.fileName} onFailure={setFailure} />
      </Suspense>
    );
  return (
    <>
      {error !== null && <ProblemNotice error={error} />}
      <div className="player-start">
        <ActionButton variant="primary" isPending={token.isPending} onPress={play}>
          Play {part.fileName}
        </ActionButton>
        {!mayIssue && <p className="quiet small">As an anonymous viewer: your scopes do not include tokens:issue.</p>}
      </div>
    </>
  );
}
