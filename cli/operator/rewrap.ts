import type { KeysAtRest, RewrappedPage } from "../../client/index.ts";
import { type OperatorClient, pagesOf } from "../../processor/adapters/operator-client.ts";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { Output } from "../../processor/cli/output.ts";
import type { Terminal } from "../../processor/cli/progress-display.ts";
import { progressLine } from "../../processor/cli/progress-line.ts";
import { textTable } from "../../processor/cli/text-table.ts";
import { reportOperatorErrors } from "./report-operator-errors.ts";

export type RewrapOptions = { readonly dryRun: boolean; readonly json: boolean };

/** `ladderlock keys rewrap`: resolves to the exit code, which is 0 only when the former key-encryption keys can go. */
export function rewrap(
  { dryRun, json }: RewrapOptions,
  client: OperatorClient,
  output: Output & { readonly progress: Terminal },
): Promise<number> {
  return reportOperatorErrors(async () => {
    if (dryRun) {
      const view = await client.countWrappedKeys();
      output.out(json ? `${JSON.stringify(view)}\n` : describeKeys(view));
      return EXIT.ok;
    }
    const done = await rewrapAll(client, output.progress);
    output.out(json ? `${JSON.stringify(done)}\n` : describeEnd(done));
    return done.left === 0 && done.damaged.length === 0 ? EXIT.ok : EXIT.failed;
  }, output.err);
}

/** Well under a second of the Worker's. */
const KEYS_A_PAGE = 500;

type Done = Pick<RewrappedPage, "current" | "rewrapped" | "left" | "unknown" | "damaged">;

async function rewrapAll(client: OperatorClient, progress: Terminal): Promise<Done> {
  const line = progressLine(progress, "keys re-wrapped");
  let rewrapped = 0;
  const damaged: RewrappedPage["damaged"][number][] = [];
  let last: RewrappedPage | null = null;
  try {
    const read = (cursor: string | undefined) => client.rewrapKeys({ body: { limit: KEYS_A_PAGE, cursor } });
    for await (const page of pagesOf(read)) {
      rewrapped += page.rewrapped;
      damaged.push(...page.damaged);
      last = page;
      line.show(rewrapped, rewrapped + page.left);
    }
  } finally {
    line.end();
  }
  if (last === null) throw new Error("the Worker returned no page");
  return { ...(last as RewrappedPage), rewrapped, damaged };
}

function describeKeys({ keys }: KeysAtRest): string {
  const columns = [
    { title: "KEY-ENCRYPTION KEY" },
    { title: "IS" },
    { title: "CONTENT KEYS", align: "right" },
    { title: "SINGLE KEYS", align: "right" },
    { title: "SOURCE URLS", align: "right" },
    { title: "WEBHOOK SECRETS", align: "right" },
  ] as const;
  const rows = keys.map(({ kekId, use, contentKeys, singleKeys, sourceUrls, webhookSecrets }) => [
    ...[kekId, use === "unknown" ? "not configured" : use],
    ...[contentKeys, singleKeys, sourceUrls, webhookSecrets].map(String),
  ]);
  return keys.length === 0 ? "No keys.\n" : textTable(columns, rows);
}

function describeEnd({ current, rewrapped, left, unknown, damaged }: Done): string {
  const lines = [`${rewrapped} keys were re-wrapped under ${current}.`];
  for (const key of damaged) lines.push(describeDamaged(key));
  for (const { kekId, contentKeys, singleKeys, sourceUrls, webhookSecrets } of unknown) {
    const count = contentKeys + singleKeys + sourceUrls + webhookSecrets;
    lines.push(`${count} keys are under ${kekId}, which is not configured: they cannot be read.`);
  }
  if (left === 0) lines.push("No key uses a former key-encryption key: they can be removed.");
  else if (left > damaged.length) lines.push(`${left} keys remain that were added meanwhile. Run the command again.`);
  else lines.push(`${left} damaged keys remain.`);
  return `${lines.join("\n")}\n`;
}

function describeDamaged(key: RewrappedPage["damaged"][number]): string {
  const { videoPostId, fileIndex, webhookId, kind, quality, keyVersion, kekId } = key;
  if (kind === "webhook-secret")
    return `Damaged: a secret of the webhook endpoint ${webhookId}, under ${kekId}. Rotate the secret.`;
  const which = {
    content: `${quality}, version ${keyVersion}`,
    "single-key": "its single key",
    "source-url": "its URL",
  };
  const remedy = kind === "source-url" ? "Create the post again." : "Rotate the part.";
  return `Damaged: post ${videoPostId}, part ${fileIndex}, ${which[kind]}, under ${kekId}. ${remedy}`;
}
