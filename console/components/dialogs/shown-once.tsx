import { useState } from "react";
import { ActionButton } from "../buttons.tsx";
import { TextInput } from "../fields.tsx";

type ShownOnceProps = {
  readonly label: string;
  readonly secret: string;
  readonly close: () => void;
};

/** A secret that the API shows once. It is in the memory of this page until the dialog closes. */
export function ShownOnce({ label, secret, close }: ShownOnceProps) {
  const [outcome, setOutcome] = useState("");
  const copy = () =>
    navigator.clipboard.writeText(secret).then(
      () => setOutcome("Copied."),
      () => setOutcome("The browser refused to copy: select the text and copy it yourself."),
    );
  return (
    <>
      <p>Copy it now. It is shown once, and nobody can read it again.</p>
      <TextInput label={label} value={secret} isReadOnly />
      <p role="status">{outcome}</p>
      <div className="dialog-buttons">
        <ActionButton onPress={() => void copy()}>Copy</ActionButton>
        <ActionButton variant="primary" onPress={close}>
          Done
        </ActionButton>
      </div>
    </>
  );
}
