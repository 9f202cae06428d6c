import type { ReactNode } from "react";
import { ProgressBar } from "react-aria-components";
import { explain } from "../api/api-problem.ts";
import { ActionButton } from "./buttons.tsx";

export function Loading({ label = "Loading" }: { readonly label?: string }) {
  return (
    <div className="state" role="status">
      <ProgressBar aria-label={label} isIndeterminate className="spinner" />
      <span>{label}…</span>
    </div>
  );
}

type EmptyProps = { readonly heading: string; readonly children?: ReactNode };

export function Empty({ heading, children }: EmptyProps) {
  return (
    <div className="state state-empty">
      <p className="state-heading">{heading}</p>
      {children}
    </div>
  );
}

type ProblemNoticeProps = {
  readonly error: unknown;
  readonly retry?: (() => void) | undefined;
  /** What the button does, such as "Load the newest version". */
  readonly retryLabel?: string | undefined;
};

/** Title and detail of a refusal, announced when it appears. */
export function ProblemNotice({ error, retry, retryLabel = "Try again" }: ProblemNoticeProps) {
  const { title, detail } = explain(error);
  return (
    <div className="notice notice-problem" role="alert">
      <p className="notice-title">{title}</p>
      {detail !== null && <p>{detail}</p>}
      {retry !== undefined && <ActionButton onPress={retry}>{retryLabel}</ActionButton>}
    </div>
  );
}
