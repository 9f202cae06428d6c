import { DropZone, FileTrigger, isFileDropItem, Text } from "react-aria-components";
import { ActionButton } from "../components/buttons.tsx";

const ACCEPTED = ["video/*", "audio/*", ".mkv", ".mxf", ".ts", ".m2ts"];

type FileDropProps = {
  readonly label: string;
  readonly isMultiple: boolean;
  readonly onFiles: (files: readonly File[]) => void;
  readonly accepted?: readonly string[];
};

/** A place to drop files on, with a button for the keyboard. */
export function FileDrop({ label, isMultiple, onFiles, accepted = ACCEPTED }: FileDropProps) {
  return (
    <DropZone
      className="drop-zone"
      onDrop={async ({ items }) => {
        const files = await Promise.all(items.filter(isFileDropItem).map((item) => item.getFile()));
        if (files.length > 0) onFiles(isMultiple ? files : files.slice(0, 1));
      }}
    >
      <Text slot="label">{label}</Text>
      <FileTrigger
        allowsMultiple={isMultiple}
        acceptedFileTypes={accepted}
        onSelect={(list) => {
          if (list !== null && list.length > 0) onFiles([...list]);
        }}
      >
        <ActionButton>{isMultiple ? "Choose files" : "Choose a file"}</ActionButton>
      </FileTrigger>
    </DropZone>
  );
}
