import type { LinkProps } from "@tanstack/react-router";
import type { Scope } from "../session/scopes.ts";

/** A link of the navigation, offered to callers with the scope. */
export type NavigationEntry = {
  readonly to: NonNullable<LinkProps["to"]>;
  readonly label: string;
  readonly scope: Scope;
};
