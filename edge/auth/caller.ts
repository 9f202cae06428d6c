import type { Scope } from "../../shared/domain/scope.ts";

/** An administrator or a site: whoever calls the administrative API. */
export type Caller = {
  /** What it owns things by and is audited by: `api-key:{keyId}`, `access:{e-mail}` or `gateway:{sub}`. */
  readonly id: string;
  readonly scopes: readonly Scope[];
  /** As the gateway or Access says them, for people who read the audit log; never asked for a decision. */
  readonly email?: string | undefined;
  readonly name?: string | undefined;
};

type RefusalCode = "credentials-invalid" | "not-allowed" | "too-many-requests";

export type AuthResult =
  | { readonly kind: "caller"; readonly caller: Caller }
  /** No credentials of the kind that is looked for. */
  | { readonly kind: "none" }
  /** Credentials that do not count. `reason` never holds anything of them. */
  | { readonly kind: "refused"; readonly code: RefusalCode; readonly reason?: string }
  /** They cannot be checked now; `reason` says why. */
  | { readonly kind: "unavailable"; readonly reason: string };
