import type { ProblemCode } from "../http/problems.ts";
import type { RouteDefinition } from "./definition.ts";
import { takesIdempotencyKey } from "./idempotency-key.ts";

/** Every possible refusal of a route: its own, and those that follow from its access and its input. */
export function problemsOf(definition: RouteDefinition): readonly ProblemCode[] {
  const { problems, method, head, file } = definition;
  const ofBody: readonly ProblemCode[] =
    method === "GET" ? [] : ["incomplete-body", ...(file === undefined ? OF_JSON : []), "body-too-large"];
  const ofKey: readonly ProblemCode[] = takesIdempotencyKey(definition) ? OF_KEY : [];
  const ofHead: readonly ProblemCode[] = head === false ? ["method-not-allowed"] : [];
  const everywhere: readonly ProblemCode[] = ["invalid", "misconfigured", "unavailable"];
  return [...new Set([...accessProblems(definition), ...ofBody, ...ofHead, ...ofKey, ...problems, ...everywhere])];
}

const OF_JSON = ["malformed-json"] as const;
const OF_KEY = ["idempotency-key-reused", "idempotency-in-progress", "idempotency-answer-lost"] as const;

function accessProblems({ access, prompt }: RouteDefinition): readonly ProblemCode[] {
  switch (access.kind) {
    case "scope":
      return ["credentials-missing", "credentials-invalid", "not-allowed", "too-many-requests"];
    case "caller":
      return ["credentials-missing", "credentials-invalid", "too-many-requests"];
    case "processor":
      return ["credentials-missing", "credentials-invalid"];
    case "job":
      return ["credentials-missing", "credentials-invalid", "not-allowed"];
    case "viewer":
      return ["credentials-invalid", "too-many-requests"];
    case "session":
      return access.expired === "refused" || prompt !== true
        ? ["token-missing", "token-invalid", "token-expired"]
        : ["token-missing", "token-invalid"];
    case "open":
      return [];
    default:
      return access satisfies never;
  }
}
