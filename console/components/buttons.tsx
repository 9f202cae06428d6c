import { Button, type ButtonProps, ProgressBar } from "react-aria-components";

type Variant = "primary" | "plain" | "danger" | "quiet";

type ActionButtonProps = ButtonProps & { readonly variant?: Variant };

/** While it is pending it keeps the focus and does nothing. */
export function ActionButton({ variant = "plain", children, ...props }: ActionButtonProps) {
  return (
    <Button {...props} className={`button button-${variant}`}>
      {(state) => (
        <>
          {state.isPending && <ProgressBar aria-label="In progress" isIndeterminate className="spinner" />}
          {typeof children === "function" ? children(state) : children}
        </>
      )}
    </Button>
  );
}
