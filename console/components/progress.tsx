import { Label, ProgressBar } from "react-aria-components";

type ProgressProps = {
  readonly label: string;
  /** From 0 to 100; null while nobody knows it. */
  readonly percent: number | null;
  /** Beside the percentage, such as the time that is left. */
  readonly detail?: string | undefined;
};

export function Progress({ label, percent, detail }: ProgressProps) {
  return (
    <ProgressBar className="progress" value={percent ?? 0} isIndeterminate={percent === null}>
      {({ percentage, valueText }) => (
        <>
          <div className="progress-texts">
            <Label>{label}</Label>
            <span className="quiet">
              {percent === null ? "" : valueText}
              {detail === undefined ? "" : ` · ${detail}`}
            </span>
          </div>
          <div className="progress-track" data-indeterminate={percent === null || undefined}>
            <div className="progress-fill" style={{ inlineSize: `${percentage ?? 0}%` }} />
          </div>
        </>
      )}
    </ProgressBar>
  );
}
