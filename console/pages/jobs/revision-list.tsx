import type { Revision } from "../../../client/index.ts";
import { DateTime, wordsOf } from "../../components/facts.tsx";
import type { Column } from "../../components/lists/paged-table.tsx";
import { PlainTable } from "../../components/lists/plain-table.tsx";

const COLUMNS: readonly Column<Revision>[] = [
  { id: "at", heading: "When", cell: ({ at }) => <DateTime at={at} /> },
  {
    id: "action",
    heading: "Change",
    cell: ({ action, fileIndex, result, reason }) => (
      <span dir="auto">
        {action === null ? "–" : <code>{action}</code>}
        {fileIndex === null ? "" : `, part ${fileIndex}`}
        {result === null ? "" : `: ${wordsOf(result).toLowerCase()}`}
        {reason === null ? "" : ` (${reason})`}
      </span>
    ),
  },
  { id: "status", heading: "Post", cell: ({ status }) => (status === null ? "–" : wordsOf(status)) },
  { id: "actor", heading: "Who", cell: ({ actor }) => <span dir="auto">{actor ?? "–"}</span>, isExtra: true },
];

/** The newest 50 changes of a post. */
export function RevisionList({ revisions }: { readonly revisions: readonly Revision[] }) {
  return (
    <PlainTable
      label="Changes of the post"
      columns={COLUMNS}
      items={revisions}
      keyOf={({ version }) => String(version)}
    />
  );
}
