import { useQuery } from "@tanstack/react-query";
import type { Caption, Part, VideoPost } from "../../../../client/index.ts";
import { answered } from "../../../api/api-problem.ts";
import { ActionButton } from "../../../components/buttons.tsx";
import { ConfirmDialog } from "../../../components/dialogs/dialogs.tsx";
import { Empty, Loading, ProblemNotice } from "../../../components/states.tsx";
import { useHolds, useSession } from "../../../session/session.tsx";
import { CommandProblem } from "../commands/command-problem.tsx";
import { usePostCommand } from "../commands/use-post-command.ts";
import { captionsQuery } from "../post-queries.ts";
import { AddCaption, ReplaceCaptionText } from "./caption-forms.tsx";
import { PartChapterList } from "./chapters.tsx";

/** The captions and the chapters of each part. */
export function CaptionsTab({ post }: { readonly post: VideoPost }) {
  if (post.files.length === 0) return <Empty heading="The post has no parts yet." />;
  return post.files.map((part) => (
    <section key={part.fileIndex} className="card" aria-label={`Captions and chapters of ${part.fileName}`}>
      <h2 dir="auto">{part.fileName}</h2>
      <PartCaptionList post={post} part={part} />
      <PartChapterList post={post} part={part} />
    </section>
  ));
}

type Shown = { readonly post: VideoPost; readonly part: Part };

function PartCaptionList({ post, part }: Shown) {
  const { api } = useSession();
  const captions = useQuery(captionsQuery(api, post.videoPostId, part.fileIndex));
  const mayWrite = useHolds("posts:write") && post.status !== "DELETED";
  if (captions.isPending) return <Loading label="Loading captions" />;
  if (captions.data === undefined)
    return <ProblemNotice error={captions.error} retry={() => void captions.refetch()} />;
  const list = captions.data.captions;
  return (
    <>
      <h3>Captions</h3>
      {list.length === 0 && <p className="quiet">None yet.</p>}
      {list.length > 0 && (
        <ol className="caption-list">
          {list.map((caption, index) => (
            <li key={caption.captionId} className="caption">
              <CaptionText caption={caption} />
              {mayWrite && <CaptionCommands post={post} part={part} list={list} index={index} />}
            </li>
          ))}
        </ol>
      )}
      {mayWrite && <AddCaption post={post} part={part} />}
    </>
  );
}

function CaptionText({ caption }: { readonly caption: Caption }) {
  const { name, language, cues, origin, forced } = caption;
  const facts = [
    language,
    cues === 1 ? "1 cue" : `${cues} cues`,
    origin === "SOURCE" ? "from the source" : null,
    caption.default ? "default" : null,
    forced ? "forced" : null,
  ].filter((fact) => fact !== null);
  return (
    <p className="caption-text">
      <strong dir="auto">{name}</strong> <span className="quiet">{facts.join(" · ")}</span>
    </p>
  );
}

type CaptionCommandsProps = Shown & { readonly list: readonly Caption[]; readonly index: number };

function CaptionCommands({ post, part: { fileIndex }, list, index }: CaptionCommandsProps) {
  const command = usePostCommand(post);
  const caption = list[index];
  if (caption === undefined) return null;
  const { captionId, name } = caption;
  const part = { videoPostId: post.videoPostId, fileIndex: String(fileIndex) };
  const params = { ...part, captionId };
  const moveUp = () => {
    const ids = list.map((one) => one.captionId);
    const captionIds = ids.toSpliced(index, 1).toSpliced(index - 1, 0, captionId);
    command.mutate((api, { version }) => answered(api.orderCaptions({ params: part, body: { captionIds, version } })));
  };
  const makeDefault = () =>
    command.mutate((api, { version }) =>
      answered(api.changeCaption({ params, body: { default: !caption.default, version } })),
    );
  return (
    <div className="card-buttons">
      <CommandProblem command={command} videoPostId={post.videoPostId} />
      {index > 0 && (
        <ActionButton aria-label={`Move ${name} up`} isDisabled={command.isPending} onPress={moveUp}>
          <span aria-hidden="true">↑</span>
        </ActionButton>
      )}
      <ActionButton isDisabled={command.isPending} onPress={makeDefault}>
        {caption.default ? "Not the default" : "Make the default"}
      </ActionButton>
      <ReplaceCaptionText post={post} fileIndex={fileIndex} caption={caption} />
      <ConfirmDialog
        label="Delete captions"
        variant="danger"
        heading="Delete the captions"
        text={
          <>
            <strong dir="auto">{name}</strong> is deleted.
          </>
        }
        onConfirm={() =>
          command.mutateAsync((api, { version }) =>
            answered(api.deleteCaption({ params, query: { version: String(version) } })),
          )
        }
      />
    </div>
  );
}
