import { requestRekeyToWatch } from "../../../shared/application/commands/request-rekey.ts";
import type { Viewer } from "../../../shared/domain/quality/quality-auth.ts";
import type { Context } from "../../context.ts";
import type { IssueAnswer } from "../../gate/issue-token.ts";

type Asked = { readonly videoPostId: string; readonly fileIndex: number; readonly viewer: Viewer };

/** The first request for a token of an imported part starts its re-key. Every other outcome is passed through. */
export async function rekeyOnDemand(
  { posts, rekeys, settings, now }: Pick<Context, "posts" | "rekeys" | "settings" | "now">,
  outcome: IssueAnswer,
  asked: Asked,
): Promise<IssueAnswer> {
  if (outcome.kind !== "rekey-required") return outcome;
  const request = { viewer: asked.viewer, atMost: settings.MIGRATION_MAX_REQUESTED };
  const requested = await requestRekeyToWatch({ posts, rekeys }, asked, request, now());
  if (requested.kind === "refused") {
    return { kind: requested.refusal.kind === "deleted" ? "deleted" : "not-found" };
  }
  if (requested.kind !== "done") return { kind: "not-ready" };
  switch (requested.value) {
    case "nothing-allowed":
      return { kind: "nothing-allowed" };
    case "failed":
    case "stopped":
      return { kind: "rekey-failed" };
    default:
      return { kind: "not-ready" };
  }
}
