import type { OperatorClient } from "../../processor/adapters/operator-client.ts";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { Output } from "../../processor/cli/output.ts";
import { reportOperatorErrors } from "./report-operator-errors.ts";

export type ForgetOptions = { readonly viewer: string; readonly json: boolean };

/**
 * `ladderlock viewers forget`: removes a viewer from the audit log, page by page. A run that is interrupted has done a
 * part, and the next one does the rest.
 */
export function forgetViewer(
  { viewer, json }: ForgetOptions,
  client: Pick<OperatorClient, "forgetViewer">,
  { out, err }: Output,
): Promise<number> {
  return reportOperatorErrors(async () => {
    let forgotten = 0;
    for (let finished = false; !finished; ) {
      const page = await client.forgetViewer({ body: { viewer } });
      forgotten += page.forgotten;
      finished = page.finished;
    }
    const later = "Events that are counted or queued are added later: run the command again after an hour.";
    out(json ? `${JSON.stringify({ forgotten })}\n` : `The viewer was removed from ${forgotten} events. ${later}\n`);
    return EXIT.ok;
  }, err);
}
