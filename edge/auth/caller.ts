import type { Scope } from "../../shared/domain/access/scope.ts";

/** A caller of the administrative API: an administrator or a site. */
export type Caller = {
  /**
   * The id that owns resources and that the audit log names: `api-key:{keyId}`, `access:{e-mail}` or `gateway:{sub}`.
   */
  readonly id: string;
  readonly scopes: readonly Scope[];
  /** As the gateway or Access reports them, for readers of the audit log; no decision depends on them. */
  readonly email?: string | undefined;
  readonly name?: string | undefined;
};

type RefusalCode = "credentials-invalid" | "not-allowed" | "too-many-requests";

export type AuthResult =
  /** `feedPosition`: up to where the revocation feed was known when an API key was accepted by it. */
  | { readonly kind: "caller"; readonly caller: Caller; readonly feedPosition?: number }
  /** The request has no credentials of this kind. */
  | { readonly kind: "none" }
  /** The credentials are not valid. `reason` never contains any part of them. */
  | { readonly kind: "refused"; readonly code: RefusalCode; readonly reason?: string }
  /** The credentials cannot be checked now; `reason` says why. */
  | { readonly kind: "unavailable"; readonly reason: string };

/** What of a request decides how its caller is authenticated. */
export type Attempt = {
  readonly request: Request;
  /** It changes something or is recorded in the audit log. */
  readonly hasEffects: boolean;
  /** A viewer waits for it: an API key counts as this isolate knows it. Administration asks the database each time. */
  readonly isPrompt: boolean;
};
