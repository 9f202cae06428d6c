import { useState } from "react";
import type { Part, VideoPost } from "../../../../client/index.ts";
import { answered } from "../../../api/api-problem.ts";
import { ActionButton } from "../../../components/buttons.tsx";
import { ButtonDialog } from "../../../components/dialogs/dialogs.tsx";
import { FileDrop } from "../../../uploads/file-drop.tsx";
import { UploadList } from "../../../uploads/upload-list.tsx";
import { useUploads } from "../../../uploads/use-uploads.ts";
import { CommandProblem } from "../commands/command-problem.tsx";
import { usePostCommand } from "../commands/use-post-command.ts";

const IMAGES = ["image/jpeg", "image/png", "image/webp"];
/** The service refuses a larger one once it has arrived. */
const MOST_BYTES = 5 * 2 ** 20;

type UploadPosterProps = { readonly post: VideoPost; readonly part: Part; readonly onSaved: () => void };

/** An image of the editor's: uploaded in the dialog, and the poster when it has arrived. */
export function UploadPoster(props: UploadPosterProps) {
  return (
    <ButtonDialog label="Upload an image" heading="Upload an image as the poster">
      {(close) => <UploadForm {...props} close={close} />}
    </ButtonDialog>
  );
}

function UploadForm({ post, part: { fileIndex }, onSaved, close }: UploadPosterProps & { readonly close: () => void }) {
  const purpose = `poster-of-${post.videoPostId}-${fileIndex}`;
  const { queue, uploads } = useUploads(purpose);
  const command = usePostCommand(post);
  const [isTooLarge, setTooLarge] = useState(false);
  const upload = uploads[0];
  const add = ([file]: readonly File[]) => {
    if (file === undefined) return;
    command.reset();
    setTooLarge(file.size > MOST_BYTES);
    if (file.size <= MOST_BYTES) queue.add([file], purpose);
  };
  const save = async () => {
    if (upload === undefined || upload.uploadId === null) return;
    const { id, uploadId } = upload;
    await command.mutateAsync((api, { videoPostId, version }) => {
      const params = { videoPostId, fileIndex: String(fileIndex) };
      return answered(api.setPoster({ params, body: { uploadId, version } }));
    });
    queue.remove(id);
    onSaved();
    close();
  };
  return (
    <div className="dialog-form">
      <p>JPEG, PNG or WebP, at most 5 MiB and 4096 pixels on a side, not animated.</p>
      {(upload === undefined || upload.state === "interrupted") && (
        <FileDrop label="Drop the image here" isMultiple={false} accepted={IMAGES} onFiles={add} />
      )}
      {isTooLarge && (
        <p className="field-error" role="alert">
          The file has more than 5 MiB.
        </p>
      )}
      {uploads.length > 0 && <UploadList uploads={uploads} queue={queue} />}
      <CommandProblem command={command} videoPostId={post.videoPostId} />
      <div className="dialog-buttons">
        <ActionButton onPress={close}>Close</ActionButton>
        <ActionButton
          variant="primary"
          isDisabled={upload?.state !== "complete"}
          isPending={command.isPending}
          onPress={() => void save().catch(() => {})}
        >
          Use as the poster
        </ActionButton>
      </div>
    </div>
  );
}
