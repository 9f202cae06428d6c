import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from "react-aria-components";
import { ActionButton } from "./buttons.tsx";
import { ProblemNotice } from "./states.tsx";
import "./confirmed-action.css";

type ConfirmedActionProps = {
  /** Of the button, and of the one that confirms. */
  readonly label: string;
  /** Where several buttons of the page have the same label. */
  readonly accessibleLabel?: string;
  readonly heading: string;
  /** What follows. */
  readonly children: ReactNode;
  readonly action: () => Promise<unknown>;
  readonly variant?: "danger" | "plain";
};

/** A button whose action takes effect after a question. A refusal stays in the dialog. */
export function ConfirmedAction(props: ConfirmedActionProps) {
  const { label, accessibleLabel = label, variant = "danger" } = props;
  return (
    <DialogTrigger>
      <ActionButton variant={variant} aria-label={accessibleLabel}>
        {label}
      </ActionButton>
      <ModalOverlay className="dialog-shade" isDismissable>
        <Modal className="dialog-frame">
          <Dialog role="alertdialog" className="dialog">
            {({ close }) => <Question {...props} close={close} />}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}

function Question({
  label,
  heading,
  children,
  action,
  variant = "danger",
  close,
}: ConfirmedActionProps & { readonly close: () => void }) {
  const attempt = useMutation({ mutationFn: action, onSuccess: close });
  return (
    <>
      <Heading slot="title">{heading}</Heading>
      <div>{children}</div>
      {attempt.error !== null && <ProblemNotice error={attempt.error} />}
      <div className="dialog-actions">
        <ActionButton onPress={close}>Keep it as it is</ActionButton>
        <ActionButton
          variant={variant === "danger" ? "danger" : "primary"}
          isPending={attempt.isPending}
          onPress={() => attempt.mutate()}
        >
          {label}
        </ActionButton>
      </div>
    </>
  );
}
