import type { Job, Part, VideoPost } from "../../../../client/index.ts";
import { answered } from "../../../api/api-problem.ts";
import { ActionButton } from "../../../components/buttons.tsx";
import { ButtonDialog, ConfirmDialog } from "../../../components/dialogs/dialogs.tsx";
import { FileDrop } from "../../../uploads/file-drop.tsx";
import { UploadList } from "../../../uploads/upload-list.tsx";
import { useUploads } from "../../../uploads/use-uploads.ts";
import { CommandProblem } from "../commands/command-problem.tsx";
import { usePostCommand } from "../commands/use-post-command.ts";

type PartCommandsProps = {
  readonly post: VideoPost;
  readonly part: Part;
  readonly order: readonly number[];
  readonly index: number;
  /** The newest job of the part, if it failed or was cancelled. */
  readonly retryable: Job | null;
};

export function PartCommands({ post, part, order, index, retryable }: PartCommandsProps) {
  const command = usePostCommand(post);
  const { fileIndex, fileName } = part;
  const params = { videoPostId: post.videoPostId, fileIndex: String(fileIndex) };
  const query = { version: String(post.version) };
  const move = (by: 1 | -1) => {
    const fileIndexes = order.toSpliced(index, 1).toSpliced(index + by, 0, fileIndex);
    command.mutate((api, { videoPostId, version }) =>
      answered(api.reorderParts({ params: { videoPostId }, body: { fileIndexes, version } })),
    );
  };
  return (
    <>
      <CommandProblem command={command} videoPostId={post.videoPostId} />
      <div className="card-buttons">
        {order.length > 1 && (
          <>
            <ActionButton
              aria-label={`Move part ${index + 1} up`}
              isDisabled={index === 0 || command.isPending}
              onPress={() => move(-1)}
            >
              <span aria-hidden="true">↑</span>
            </ActionButton>
            <ActionButton
              aria-label={`Move part ${index + 1} down`}
              isDisabled={index === order.length - 1 || command.isPending}
              onPress={() => move(1)}
            >
              <span aria-hidden="true">↓</span>
            </ActionButton>
          </>
        )}
        {retryable !== null && (
          <ActionButton
            isPending={command.isPending}
            onPress={() => command.mutate((api) => answered(api.retryJob({ params: { jobId: retryable.jobId } })))}
          >
            Process again
          </ActionButton>
        )}
        <ReplacePart post={post} part={part} />
        {part.replacement !== null && (
          <ConfirmDialog
            label="Discard the replacement"
            heading="Discard the replacement"
            text="What plays now stays."
            onConfirm={() => command.mutateAsync((api) => answered(api.discardReplacement({ params, query })))}
          />
        )}
        <ConfirmDialog
          label="Remove"
          variant="danger"
          heading="Remove the part"
          text={
            <>
              <strong dir="auto">{fileName}</strong> is removed for good, with its keys.
            </>
          }
          onConfirm={() => command.mutateAsync((api) => answered(api.removePart({ params, query })))}
        />
      </div>
    </>
  );
}

/** Another source for the part: uploaded in the dialog, and used when it has arrived. */
function ReplacePart({ post, part: { fileIndex } }: Pick<PartCommandsProps, "post" | "part">) {
  return (
    <ButtonDialog label="Replace" heading={`Replace the source of part ${fileIndex + 1}`}>
      {(close) => <ReplaceForm post={post} fileIndex={fileIndex} close={close} />}
    </ButtonDialog>
  );
}

type ReplaceFormProps = { readonly post: VideoPost; readonly fileIndex: number; readonly close: () => void };

function ReplaceForm({ post, fileIndex, close }: ReplaceFormProps) {
  const purpose = `replacement-of-${post.videoPostId}-${fileIndex}`;
  const { queue, uploads } = useUploads(purpose);
  const command = usePostCommand(post);
  const upload = uploads[0];
  const replace = async () => {
    if (upload === undefined || upload.uploadId === null) return;
    const { id, uploadId, name, size } = upload;
    await command.mutateAsync((api, { videoPostId, version }) =>
      answered(
        api.replacePart({
          params: { videoPostId, fileIndex: String(fileIndex) },
          body: { uploadId, fileName: name, fileSize: size, version },
        }),
      ),
    );
    queue.remove(id);
    close();
  };
  return (
    <div className="dialog-form">
      <p>What plays now continues until the new source is ready.</p>
      {upload === undefined || upload.state === "interrupted" ? (
        <FileDrop label="Drop the new file here" isMultiple={false} onFiles={(files) => queue.add(files, purpose)} />
      ) : null}
      {uploads.length > 0 && <UploadList uploads={uploads} queue={queue} />}
      <CommandProblem command={command} videoPostId={post.videoPostId} />
      <div className="dialog-buttons">
        <ActionButton onPress={close}>Close</ActionButton>
        <ActionButton
          variant="primary"
          isDisabled={upload?.state !== "complete"}
          isPending={command.isPending}
          onPress={() => void replace().catch(() => {})}
        >
          Replace
        </ActionButton>
      </div>
    </div>
  );
}
