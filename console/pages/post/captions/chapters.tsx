import { useQuery } from "@tanstack/react-query";
import type { Part, VideoPost } from "../../../../client/index.ts";
import { answered } from "../../../api/api-problem.ts";
import { ActionButton } from "../../../components/buttons.tsx";
import { ButtonDialog, ConfirmDialog } from "../../../components/dialogs/dialogs.tsx";
import { durationText } from "../../../components/facts.tsx";
import { Loading, ProblemNotice } from "../../../components/states.tsx";
import { useHolds, useSession } from "../../../session/session.tsx";
import { FileDrop } from "../../../uploads/file-drop.tsx";
import { CommandProblem } from "../commands/command-problem.tsx";
import { usePostCommand } from "../commands/use-post-command.ts";
import { chaptersQuery } from "../post-queries.ts";

type Shown = { readonly post: VideoPost; readonly part: Part };

export function PartChapterList({ post, part }: Shown) {
  const { api } = useSession();
  const chapters = useQuery(chaptersQuery(api, post.videoPostId, part.fileIndex));
  const mayWrite = useHolds("posts:write") && post.status !== "DELETED";
  if (chapters.isPending) return <Loading label="Loading chapters" />;
  if (chapters.data === undefined)
    return <ProblemNotice error={chapters.error} retry={() => void chapters.refetch()} />;
  const list = chapters.data.chapters;
  return (
    <>
      <h3>Chapters</h3>
      {list.length === 0 && <p className="quiet">None yet.</p>}
      {list.length > 0 && (
        <ol className="chapter-list">
          {list.map(({ startSeconds, title }) => (
            <li key={startSeconds}>
              <span className="quiet">{durationText(startSeconds)}</span> <span dir="auto">{title}</span>
            </li>
          ))}
        </ol>
      )}
      {mayWrite && <ChapterCommands post={post} part={part} hasChapters={list.length > 0} />}
    </>
  );
}

function ChapterCommands({ post, part: { fileIndex }, hasChapters }: Shown & { readonly hasChapters: boolean }) {
  const command = usePostCommand(post);
  const params = { videoPostId: post.videoPostId, fileIndex: String(fileIndex) };
  const query = { version: String(post.version) };
  return (
    <div className="card-buttons">
      <ButtonDialog label="Set chapters" heading="Set the chapters">
        {(close) => <ChaptersForm post={post} fileIndex={fileIndex} close={close} />}
      </ButtonDialog>
      {hasChapters && (
        <ConfirmDialog
          label="Delete chapters"
          variant="danger"
          heading="Delete the chapters"
          text="Players show none any more."
          onConfirm={() => command.mutateAsync((api) => answered(api.deleteChapters({ params, query })))}
        />
      )}
    </div>
  );
}

type ChaptersFormProps = { readonly post: VideoPost; readonly fileIndex: number; readonly close: () => void };

function ChaptersForm({ post, fileIndex, close }: ChaptersFormProps) {
  const command = usePostCommand(post);
  const set = (file: File) =>
    command.mutate(
      (api, { videoPostId, version }) =>
        answered(
          api.setChapters({
            params: { videoPostId, fileIndex: String(fileIndex) },
            query: { version: String(version) },
            file: { type: file.name.toLowerCase().endsWith(".json") ? "application/json" : "text/vtt", content: file },
          }),
        ),
      { onSuccess: close },
    );
  return (
    <div className="dialog-form">
      <FileDrop
        label="Drop a .vtt or .json file here"
        isMultiple={false}
        accepted={[".vtt", ".json"]}
        onFiles={([file]) => file !== undefined && set(file)}
      />
      <CommandProblem command={command} videoPostId={post.videoPostId} />
      <div className="dialog-buttons">
        <ActionButton onPress={close}>Cancel</ActionButton>
      </div>
    </div>
  );
}
