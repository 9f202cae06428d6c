import { ActionButton } from "../components/buttons.tsx";
import { bytesText } from "../components/facts.tsx";
import { Progress } from "../components/progress.tsx";
import type { Upload, UploadQueue } from "./upload-queue.ts";

type UploadListProps = { readonly uploads: readonly Upload[]; readonly queue: UploadQueue };

export function UploadList({ uploads, queue }: UploadListProps) {
  return (
    <ul className="upload-list" aria-label="Uploads">
      {uploads.map((upload) => (
        <li key={upload.id} className="upload">
          <UploadProgress upload={upload} />
          <UploadButtons upload={upload} queue={queue} />
        </li>
      ))}
    </ul>
  );
}

function UploadProgress({ upload: { name, size, state, sentBytes, error } }: { readonly upload: Upload }) {
  const total = bytesText(size);
  switch (state) {
    case "complete":
      return <p className="upload-text" dir="auto">{`${name} · ${total} · uploaded`}</p>;
    case "interrupted":
      return (
        <div className="upload-text">
          <p dir="auto">{`${name} · ${total} · interrupted`}</p>
          <p className="quiet small">Choose the same file again: it continues where it stopped.</p>
        </div>
      );
    case "uploading":
    case "paused":
    case "failed": {
      const percent = size === 0 ? 0 : (100 * sentBytes) / size;
      const detail = state === "uploading" ? `${bytesText(sentBytes)} of ${total}` : state;
      return (
        <div className="upload-text">
          <Progress label={name} percent={percent} detail={detail} />
          {error !== null && (
            <p className="field-error" role="alert">
              {error}
            </p>
          )}
        </div>
      );
    }
    default:
      return state satisfies never;
  }
}

function UploadButtons({
  upload: { id, name, state },
  queue,
}: {
  readonly upload: Upload;
  readonly queue: UploadQueue;
}) {
  return (
    <div className="upload-buttons">
      {state === "uploading" && (
        <ActionButton onPress={() => queue.pause(id)} aria-label={`Pause ${name}`}>
          Pause
        </ActionButton>
      )}
      {(state === "paused" || state === "failed") && (
        <ActionButton onPress={() => queue.resume(id)} aria-label={`Resume ${name}`}>
          Resume
        </ActionButton>
      )}
      <ActionButton variant="quiet" onPress={() => queue.remove(id)} aria-label={`Remove ${name}`}>
        Remove
      </ActionButton>
    </div>
  );
}
