import { useInfiniteQuery } from "@tanstack/react-query";
import type { Revision } from "../../../client/index.ts";
import { DateTime, wordsOf } from "../../components/facts.tsx";
import { type Column, PagedTable } from "../../components/lists/paged-table.tsx";
import { Loading, ProblemNotice } from "../../components/states.tsx";
import { useSession } from "../../session/session.tsx";
import { PostStatusBadge } from "../posts/post-status.tsx";
import { historyQuery } from "./post-queries.ts";

const COLUMNS: readonly Column<Revision>[] = [
  { id: "version", heading: "Version", width: "6rem", cell: ({ version }) => version },
  { id: "action", heading: "Change", cell: (revision) => <Change revision={revision} /> },
  {
    id: "status",
    heading: "Status after it",
    width: "11rem",
    cell: ({ status }) => (status === null ? "–" : <PostStatusBadge status={status} />),
  },
  { id: "actor", heading: "By", width: "12rem", cell: ({ actor }) => actor ?? "–", isExtra: true },
  { id: "at", heading: "When", width: "14rem", cell: ({ at }) => <DateTime at={at} />, isExtra: true },
];

export function HistoryTab({ videoPostId }: { readonly videoPostId: string }) {
  const { api } = useSession();
  const history = useInfiniteQuery(historyQuery(api, videoPostId));
  if (history.isPending) return <Loading label="Loading the history" />;
  if (history.data === undefined) return <ProblemNotice error={history.error} retry={() => void history.refetch()} />;
  return (
    <PagedTable
      label="History"
      columns={COLUMNS}
      items={history.data.pages.flatMap((page) => page.items)}
      keyOf={({ version }) => String(version)}
      pages={history}
    />
  );
}

/** What changed the post, as its history names it. */
const ACTIONS: Readonly<Record<NonNullable<Revision["action"]>, string>> = {
  "post.create": "Created",
  "post.import": "Imported",
  "post.update": "Details changed",
  "post.parts": "Parts changed",
  "post.poster": "Poster changed",
  "post.captions": "Captions changed",
  "post.chapters": "Chapters changed",
  "post.interaction": "Comments switched",
  "post.submit": "Submitted",
  "post.audit": "Reviewed",
  "post.withdraw": "Withdrawn",
  "post.delete": "Deleted",
  "post.refresh": "Status derived again",
  "policy.set": "Policies set",
  "keys.generate": "Keys made",
  "keys.rotate": "Rotation requested",
  "access.revoke": "Access revoked",
  "migration.request": "Re-key requested",
  "job.transcode": "Conversion ended",
  "job.encrypt": "Encryption ended",
  "job.cancel": "Job cancelled",
  "job.retry": "Job repeated",
};

function Change({ revision: { action, fileIndex, result, reason, fields } }: { readonly revision: Revision }) {
  const what = action === null ? "Unknown" : ACTIONS[action];
  const part = fileIndex === null ? "" : `, part ${fileIndex + 1}`;
  const outcome = result === null ? "" : `: ${wordsOf(result).toLowerCase()}`;
  return (
    <>
      {`${what}${part}${outcome}`}
      {fields.length > 0 && <span className="quiet"> ({fields.join(", ")})</span>}
      {reason !== null && (
        <p className="quiet" dir="auto">
          {reason}
        </p>
      )}
    </>
  );
}
