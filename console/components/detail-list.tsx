import type { ReactNode } from "react";
import "./detail-list.css";

export type Detail = { readonly term: string; readonly value: ReactNode };

/** Facts about one thing. What is null is left out. */
export function DetailList({ details }: { readonly details: readonly Detail[] }) {
  return (
    <dl className="details">
      {details
        .filter(({ value }) => value !== null && value !== undefined)
        .map(({ term, value }) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ))}
    </dl>
  );
}
