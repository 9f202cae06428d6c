import type { FormEvent, ReactNode } from "react";
import { ActionButton } from "../buttons.tsx";
import { ProblemNotice } from "../states.tsx";
import "./dialog-form.css";

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
      <div className="dialog-buttons">
        <ActionButton onPress={close}>Cancel</ActionButton>
        <ActionButton type="submit" variant="primary" isPending={isPending}>
          {submitLabel}
        </ActionButton>
      </div>
    </form>
  );
}
