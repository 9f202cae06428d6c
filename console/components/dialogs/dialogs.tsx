import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from "react-aria-components";
import { codeOf } from "../../api/api-problem.ts";
import { ActionButton } from "../buttons.tsx";
import { TextInput } from "../fields.tsx";
import { ProblemNotice } from "../states.tsx";

type Variant = "primary" | "plain" | "danger";

type ButtonDialogProps = {
  /** Of the button that opens the dialog. */
  readonly label: string;
  /** Begins with the label, for a page with several equal ones. */
  readonly accessibleLabel?: string;
  readonly variant?: Variant;
  readonly isDisabled?: boolean;
  /** False: a press beside the dialog does not close it, because something would be lost. */
  readonly isDismissable?: boolean;
  readonly heading: string;
  readonly children: (close: () => void) => ReactNode;
};

/** A button and the dialog that it opens. Escape closes it, and the focus returns to the button. */
export function ButtonDialog({
  label,
  accessibleLabel = label,
  variant = "plain",
  isDisabled = false,
  isDismissable = true,
  heading,
  children,
}: ButtonDialogProps) {
  return (
    <DialogTrigger>
      <ActionButton variant={variant} isDisabled={isDisabled} aria-label={accessibleLabel}>
        {label}
      </ActionButton>
      <ModalOverlay className="modal-overlay" isDismissable={isDismissable}>
        <Modal className="modal">
          <Dialog className="dialog">
            {({ close }) => (
              <>
                <Heading slot="title" level={2}>
                  {heading}
                </Heading>
                {children(close)}
              </>
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}

type ConfirmDialogProps = Omit<ButtonDialogProps, "children"> & {
  /** What follows from it. */
  readonly text: ReactNode;
  /** Of the button that does it; without it, that of the button that opens the dialog. */
  readonly confirmLabel?: string;
  readonly reason?: ReasonInput;
  /** `reason` is empty where none is asked for. The dialog closes when it is done, and shows a refusal otherwise. */
  readonly onConfirm: (reason: string) => Promise<unknown>;
};

type ReasonInput = { readonly label: string; readonly isRequired: boolean };

/** Asks before something is done, and for the reason where there is one. */
export function ConfirmDialog({ text, confirmLabel, reason, onConfirm, ...button }: ConfirmDialogProps) {
  return (
    <ButtonDialog {...button}>
      {(close) => (
        <ConfirmForm
          text={text}
          confirmLabel={confirmLabel ?? button.label}
          variant={button.variant ?? "primary"}
          reason={reason}
          onConfirm={onConfirm}
          close={close}
        />
      )}
    </ButtonDialog>
  );
}

type ConfirmFormProps = {
  readonly text: ReactNode;
  readonly confirmLabel: string;
  readonly variant: Variant;
  readonly reason: ReasonInput | undefined;
  readonly onConfirm: (reason: string) => Promise<unknown>;
  readonly close: () => void;
};

function ConfirmForm({ text, confirmLabel, variant, reason, onConfirm, close }: ConfirmFormProps) {
  const [given, setGiven] = useState("");
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (isPending) return;
    setPending(true);
    setError(null);
    try {
      await onConfirm(given.trim());
      close();
    } catch (refusal) {
      setError(refusal);
      setPending(false);
    }
  };
  return (
    <form className="dialog-form" onSubmit={submit}>
      <div>{text}</div>
      {reason !== undefined && (
        <TextInput
          label={reason.label}
          value={given}
          onChange={setGiven}
          lines={4}
          isRequired={reason.isRequired}
          maxLength={1000}
          autoFocus
        />
      )}
      {error !== null && <Refusal error={error} close={close} />}
      <div className="dialog-buttons">
        <ActionButton onPress={close}>Cancel</ActionButton>
        <ActionButton type="submit" variant={variant} isPending={isPending}>
          {confirmLabel}
        </ActionButton>
      </div>
    </form>
  );
}

/** If what the dialog is about has changed since it was read, the button reads it again. */
function Refusal({ error, close }: { readonly error: unknown; readonly close: () => void }) {
  const queries = useQueryClient();
  if (codeOf(error) !== "version-outdated") return <ProblemNotice error={error} />;
  const reload = () => {
    void queries.invalidateQueries();
    close();
  };
  return <ProblemNotice error={error} retry={reload} retryLabel="Load the newest version" />;
}
