import { scopesNamedIn } from "../../shared/domain/access/scope.ts";
import { equalSecrets } from "./bearer.ts";
import type { AuthResult, Caller } from "./caller.ts";

/** Without spaces and commas: a header that both client and gateway send arrives as one with a comma (RFC 9110 5.3). */
const SUBJECT = /^[\x21-\x2b\x2d-\x7e]{1,200}$/;
const LONGEST_LABEL = 320;

/**
 * The caller that the site's gateway has authenticated. Anybody can send its headers, so without the gateway's secret
 * they count as absent.
 */
export async function authenticateByGateway(secret: string | undefined, headers: Headers): Promise<AuthResult> {
  const given = headers.get("x-gateway-secret");
  if (secret === undefined || given === null || !(await equalSecrets(given, secret))) return { kind: "none" };
  const subject = headers.get("x-auth-sub");
  // The gateway does not know the caller; other credentials may authenticate it.
  if (subject === null) return { kind: "none" };
  if (!SUBJECT.test(subject)) {
    return {
      kind: "refused",
      code: "credentials-invalid",
      reason: "x-auth-sub: at most 200 characters without spaces",
    };
  }
  const scope = headers.get("x-auth-scope") ?? "";
  if (scope.includes(",")) {
    return { kind: "refused", code: "credentials-invalid", reason: "x-auth-scope: separate scopes with spaces" };
  }
  const caller: Caller = {
    id: `gateway:${subject}`,
    scopes: scopesNamedIn(scope),
    email: labelOf(headers, "x-auth-email"),
    name: labelOf(headers, "x-auth-name"),
  };
  return { kind: "caller", caller };
}

function labelOf(headers: Headers, name: string): string | undefined {
  return headers.get(name)?.slice(0, LONGEST_LABEL);
}
