import type { Operations } from "../../client/index.ts";
import type { OperatorClient } from "../../processor/adapters/operator-client.ts";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { Output } from "../../processor/cli/output.ts";
import { reportOperatorErrors } from "./report-operator-errors.ts";

export type TokensCommand =
  | { readonly verb: "issue"; readonly request: Operations["issueToken"]["input"]["body"] }
  /** By the token itself, or by its id. */
  | { readonly verb: "show" | "revoke"; readonly token: string }
  | { readonly verb: "revoke-viewer"; readonly viewer: string };

/** `ladderlock tokens`: resolves to the exit code. */
export function tokens(
  command: TokensCommand,
  { json, serviceUrl }: { readonly json: boolean; readonly serviceUrl: string },
  client: OperatorClient,
  { out, err }: Output,
): Promise<number> {
  return reportOperatorErrors(async () => {
    const { value, text } = await answer(command, client, serviceUrl);
    out(json ? `${JSON.stringify(value)}\n` : text);
    return EXIT.ok;
  }, err);
}

async function answer(
  command: TokensCommand,
  client: OperatorClient,
  serviceUrl: string,
): Promise<{ value: unknown; text: string }> {
  switch (command.verb) {
    case "issue": {
      const issued = await client.issueToken({ body: command.request });
      const { qualities, expiresAt, masterUrl } = issued;
      const text = `Play ${serviceUrl}${masterUrl}\n${qualities.join(", ")}; playback starts until ${expiresAt}.\n`;
      return { value: issued, text };
    }
    case "show": {
      const found = await client.lookUpToken({ body: named(command.token) });
      const uses = found.counted ? `, ${found.uses ?? 0} uses` : "";
      return { value: found, text: `${found.tokenId}: ${found.revoked ? "revoked" : "not revoked"}${uses}.\n` };
    }
    case "revoke":
      return revoked(await client.revoke({ body: named(command.token) }));
    case "revoke-viewer":
      return revoked(await client.revoke({ body: { viewer: command.viewer } }));
    default:
      return command satisfies never;
  }
}

/** A token is a JWT, with dots; an id has none. */
function named(token: string): { token: string } | { tokenId: string } {
  return token.includes(".") ? { token } : { tokenId: token };
}

function revoked(value: { readonly effectiveWithinSeconds: number }): { value: unknown; text: string } {
  return { value, text: `Revoked, everywhere within ${value.effectiveWithinSeconds} s.\n` };
}
