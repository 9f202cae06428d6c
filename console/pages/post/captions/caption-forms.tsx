import { type FormEvent, useState } from "react";
import type { Caption, Part, VideoPost } from "../../../../client/index.ts";
import { answered } from "../../../api/api-problem.ts";
import { ActionButton } from "../../../components/buttons.tsx";
import { ButtonDialog } from "../../../components/dialogs/dialogs.tsx";
import { CheckboxField, TextInput } from "../../../components/fields.tsx";
import { FileDrop } from "../../../uploads/file-drop.tsx";
import { CommandProblem } from "../commands/command-problem.tsx";
import { usePostCommand } from "../commands/use-post-command.ts";

const SUBTITLES = [".vtt", ".srt"];

/** By the name of the file: browsers know no type of .srt. */
function sentFile(file: File) {
  const type = file.name.toLowerCase().endsWith(".srt") ? "application/x-subrip" : "text/vtt";
  return { type, content: file } as const;
}

export function AddCaption({ post, part }: { readonly post: VideoPost; readonly part: Part }) {
  return (
    <div>
      <ButtonDialog label="Add captions" heading="Add captions">
        {(close) => <AddCaptionForm post={post} fileIndex={part.fileIndex} close={close} />}
      </ButtonDialog>
    </div>
  );
}

type FormProps = { readonly post: VideoPost; readonly fileIndex: number; readonly close: () => void };

function AddCaptionForm({ post, fileIndex, close }: FormProps) {
  const command = usePostCommand(post);
  const [file, setFile] = useState<File | null>(null);
  const [language, setLanguage] = useState("");
  const [name, setName] = useState("");
  const [isDefault, setDefault] = useState(false);
  const [isForced, setForced] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (file === null) return;
    command.mutate(
      (api, { videoPostId, version }) =>
        answered(
          api.addCaption({
            params: { videoPostId, fileIndex: String(fileIndex) },
            query: {
              ...{ language: language.trim(), name: name.trim(), version: String(version) },
              ...(isDefault ? { default: "true" } : {}),
              ...(isForced ? { forced: "true" } : {}),
            },
            file: sentFile(file),
          }),
        ),
      { onSuccess: close },
    );
  };
  return (
    <form className="dialog-form" onSubmit={submit}>
      <FileDrop
        label={file === null ? "Drop a .vtt or .srt file here" : file.name}
        isMultiple={false}
        accepted={SUBTITLES}
        onFiles={([chosen]) => setFile(chosen ?? null)}
      />
      <TextInput
        label="Language"
        value={language}
        onChange={setLanguage}
        description="As a language tag, such as en or pt-BR"
        isRequired
      />
      <TextInput label="Name" value={name} onChange={setName} description="As players show it" isRequired />
      <CheckboxField isSelected={isDefault} onChange={setDefault}>
        Shown unless the viewer chooses otherwise
      </CheckboxField>
      <CheckboxField isSelected={isForced} onChange={setForced}>
        Forced: for speech in another language than that of the sound
      </CheckboxField>
      <CommandProblem command={command} videoPostId={post.videoPostId} />
      <div className="dialog-buttons">
        <ActionButton onPress={close}>Cancel</ActionButton>
        <ActionButton type="submit" variant="primary" isDisabled={file === null} isPending={command.isPending}>
          Add
        </ActionButton>
      </div>
    </form>
  );
}

type ReplaceProps = { readonly post: VideoPost; readonly fileIndex: number; readonly caption: Caption };

export function ReplaceCaptionText(props: ReplaceProps) {
  return (
    <ButtonDialog label="Replace the text" heading={`Replace the text of ${props.caption.name}`}>
      {(close) => <ReplaceForm {...props} close={close} />}
    </ButtonDialog>
  );
}

function ReplaceForm({
  post,
  fileIndex,
  caption: { captionId },
  close,
}: ReplaceProps & { readonly close: () => void }) {
  const command = usePostCommand(post);
  const replace = (file: File) =>
    command.mutate(
      (api, { videoPostId, version }) =>
        answered(
          api.replaceCaptionText({
            params: { videoPostId, fileIndex: String(fileIndex), captionId },
            query: { version: String(version) },
            file: sentFile(file),
          }),
        ),
      { onSuccess: close },
    );
  return (
    <div className="dialog-form">
      <FileDrop
        label="Drop a .vtt or .srt file here"
        isMultiple={false}
        accepted={SUBTITLES}
        onFiles={([file]) => file !== undefined && replace(file)}
      />
      <CommandProblem command={command} videoPostId={post.videoPostId} />
      <div className="dialog-buttons">
        <ActionButton onPress={close}>Cancel</ActionButton>
      </div>
    </div>
  );
}
