import { type ReactNode, useEffect, useRef } from "react";

type PageHeaderProps = {
  readonly title: string;
  /** Buttons and links of the whole page. */
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
};

/** The heading takes the focus when the page opens, so that a screen reader announces the new page. */
export function PageHeader({ title, actions, children }: PageHeaderProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    document.title = `${title} – ladderlock`;
  }, [title]);
  return (
    <div className="page-header">
      <div className="page-heading">
        <h1 ref={heading} tabIndex={-1} dir="auto">
          {title}
        </h1>
        {children}
      </div>
      {actions !== undefined && <div className="page-actions">{actions}</div>}
    </div>
  );
}
