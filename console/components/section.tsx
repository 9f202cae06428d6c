import { type ReactNode, useId } from "react";
import "./section.css";

type SectionProps = {
  readonly heading: string;
  readonly actions?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
};

/** A part of a page with its heading, and controls beside it. */
export function Section({ heading, actions, className = "", children }: SectionProps) {
  const headingId = useId();
  return (
    <section className={`section ${className}`} aria-labelledby={headingId}>
      <div className="section-heading">
        <h2 id={headingId}>{heading}</h2>
        {actions}
      </div>
      {children}
    </section>
  );
}
