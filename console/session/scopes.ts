import type { Caller } from "../../client/index.ts";

export type Scope = Caller["scopes"][number];

/** Whether the caller may do what requires the scope; `admin` includes every other. */
export function holds({ scopes }: Pick<Caller, "scopes">, scope: Scope): boolean {
  return scopes.includes("admin") || scopes.includes(scope);
}
