import { type FormEvent, useState } from "react";
import { Label, Radio, RadioGroup } from "react-aria-components";
import type { Part, VideoPost } from "../../../../client/index.ts";
import { answered } from "../../../api/api-problem.ts";
import { ActionButton } from "../../../components/buttons.tsx";
import { durationText } from "../../../components/facts.tsx";
import { PartPicture } from "../../../posters/part-picture.tsx";
import { CommandProblem } from "../commands/command-problem.tsx";
import { usePostCommand } from "../commands/use-post-command.ts";

type PosterCandidatesProps = {
  readonly post: VideoPost;
  readonly part: Part;
  /** Null: the candidate that is the poster, if one is. */
  readonly picked: number | null;
  readonly onPick: (candidate: number) => void;
  readonly onSaved: () => void;
};

/** Sent by a button: the arrow keys pass over candidates that nobody wants. */
export function PosterCandidates({ post, part, picked, onPick, onSaved }: PosterCandidatesProps) {
  const command = usePostCommand(post);
  const [saved, setSaved] = useState<number | null>(null);
  const { videoPostId, version } = post;
  const { fileIndex, images } = part;
  const candidate = picked ?? images.poster?.candidate ?? null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (candidate === null) return;
    const params = { videoPostId, fileIndex: String(fileIndex) };
    command.mutate((api) => answered(api.setPoster({ params, body: { candidate, version } })), {
      onSuccess: () => {
        setSaved(candidate);
        onSaved();
      },
    });
  };
  return (
    <form className="poster-form" onSubmit={submit}>
      <RadioGroup
        className="poster-choice"
        value={candidate === null ? null : String(candidate)}
        onChange={(value) => onPick(Number(value))}
      >
        <Label className="poster-legend">Candidates</Label>
        <div className="poster-candidates">
          {images.candidates.map(({ number, seconds }) => (
            <Radio key={number} value={String(number)} className="poster-candidate">
              <PartPicture image={{ videoPostId, version, fileIndex, candidate: number }} alt="" />
              <span className="poster-candidate-text">
                <span className="radio-dot" aria-hidden="true" />
                {`Candidate ${number}, at ${durationText(seconds)}`}
              </span>
            </Radio>
          ))}
        </div>
      </RadioGroup>
      <CommandProblem command={command} videoPostId={videoPostId} />
      <div className="form-buttons">
        <ActionButton type="submit" variant="primary" isDisabled={candidate === null} isPending={command.isPending}>
          Use the candidate
        </ActionButton>
        {picked === null && saved !== null && images.poster?.candidate === saved && (
          <p role="status">The candidate is the poster.</p>
        )}
      </div>
    </form>
  );
}
