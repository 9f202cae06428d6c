import { Button, type ButtonProps, ProgressBar } from "react-aria-components";

type Variant = "primary" | "plain" | "danger" | "quiet";

type ActionButtonProps = Omit<ButtonProps, "isPending"> & {
  readonly variant?: Variant;
  readonly isPending?: boolean;
};

/**
 * While it is pending it keeps the focus and does nothing. `isPending` of React Aria would announce it by a reference to
 * the button, which is gone where the dialog around it closes.
 */
export function ActionButton({ variant = "plain", isPending = false, children, ...props }: ActionButtonProps) {
  const idle = isPending ? { type: "button" as const, onPress: () => {} } : {};
  return (
    <Button {...props} {...idle} className={`button button-${variant}`} data-pending={isPending || undefined}>
      {(state) => (
        <>
          {isPending && <ProgressBar aria-label="In progress" isIndeterminate className="spinner" />}
          {typeof children === "function" ? children(state) : children}
        </>
      )}
    </Button>
  );
}
