import { ConfirmDialog } from "../components/dialogs/dialogs.tsx";
import { type ChosenParts, useStartBatch } from "./use-start-batch.ts";

type RotateChosenProps = {
  readonly parts: readonly ChosenParts[];
  /** Such as `2 parts`. */
  readonly what: string;
};

/** One batch for all that was chosen. */
export function RotateChosen({ parts, what }: RotateChosenProps) {
  const start = useStartBatch();
  return (
    <ConfirmDialog
      label="Rotate the chosen"
      variant="primary"
      isDisabled={parts.length === 0}
      heading={`Rotate the keys of ${what}`}
      text="They are encrypted again with new keys in one batch, a few parts at a time. Viewers who watch them keep the old keys until these expire."
      confirmLabel="Start the batch"
      onConfirm={() => start.mutateAsync({ parts })}
    />
  );
}
