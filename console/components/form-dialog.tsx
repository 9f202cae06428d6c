import { type FormEvent, type ReactNode, useState } from "react";
import { Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from "react-aria-components";
import { ActionButton } from "./buttons.tsx";
import { ProblemNotice } from "./states.tsx";
import "./confirmed-action.css";

type FormDialogProps = {
  /** Of the button that opens it. */
  readonly label: string;
  readonly heading: string;
  readonly variant?: "primary" | "plain";
  readonly children: (close: () => void) => ReactNode;
};

/** A button that opens a form; its content forgets what was typed when it closes. */
export function FormDialog({ label, heading, variant = "primary", children }: FormDialogProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <ActionButton variant={variant}>{label}</ActionButton>
      <ModalOverlay className="dialog-shade">
        <Modal className="dialog-frame">
          <Dialog className="dialog">
            <Heading slot="title">{heading}</Heading>
            {children(() => setOpen(false))}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}

type DialogFormProps = {
  readonly submitLabel: string;
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly submit: () => void;
  readonly close: () => void;
  readonly children: ReactNode;
};

/** Fields, a refusal, and the two buttons. */
export function DialogForm({ submitLabel, isPending, error, submit, close, children }: DialogFormProps) {
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    submit();
  };
  return (
    <form className="dialog-form" onSubmit={onSubmit}>
      {children}
      {error !== null && <ProblemNotice error={error} />}
      <div className="dialog-actions">
        <ActionButton onPress={close}>Cancel</ActionButton>
        <ActionButton type="submit" variant="primary" isPending={isPending}>
          {submitLabel}
        </ActionButton>
      </div>
    </form>
  );
}
