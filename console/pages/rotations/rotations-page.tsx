import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { RotationBatch } from "../../../client/index.ts";
import { ConfirmDialog } from "../../components/dialogs/dialogs.tsx";
import { DateTime } from "../../components/facts.tsx";
import { type Column, PagedTable } from "../../components/lists/paged-table.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Empty, Loading, ProblemNotice } from "../../components/states.tsx";
import { selectionText } from "../../rotations/selection-text.ts";
import { useStartBatch } from "../../rotations/use-start-batch.ts";
import { useSession } from "../../session/session.tsx";
import { rotationsQuery } from "./rotation-queries.ts";
import { BatchState } from "./rotation-state.tsx";

const COLUMNS: readonly Column<RotationBatch>[] = [
  {
    id: "created",
    heading: "Batch",
    cell: ({ batchId, createdAt }) => (
      <Link to="/rotations/$batchId" params={{ batchId }}>
        <DateTime at={createdAt} />
      </Link>
    ),
  },
  { id: "state", heading: "State", width: "9rem", cell: ({ state }) => <BatchState state={state} /> },
  { id: "selection", heading: "Selection", cell: ({ selection }) => <code>{selectionText(selection)}</code> },
  { id: "by", heading: "Requested by", width: "12rem", cell: ({ requestedBy }) => requestedBy, isExtra: true },
];

export function RotationsPage() {
  const { api } = useSession();
  const batches = useInfiniteQuery(rotationsQuery(api));
  const items = batches.data?.pages.flatMap((page) => page.rotations) ?? [];
  return (
    <>
      <PageHeader title="Key rotation" actions={<RotateEverything />} />
      {batches.isPending && <Loading label="Loading batches" />}
      {batches.error !== null && batches.data === undefined && (
        <ProblemNotice error={batches.error} retry={() => void batches.refetch()} />
      )}
      {batches.isSuccess && items.length === 0 && <Empty heading="No keys were rotated in a batch yet." />}
      {items.length > 0 && (
        <PagedTable
          label="Rotation batches"
          columns={COLUMNS}
          items={items}
          keyOf={({ batchId }) => batchId}
          pages={batches}
        />
      )}
    </>
  );
}

function RotateEverything() {
  const start = useStartBatch();
  return (
    <ConfirmDialog
      label="Rotate all keys"
      heading="Rotate the keys of every part"
      text="Every part is encrypted again with new keys, a few at a time. Viewers notice nothing."
      confirmLabel="Start the batch"
      onConfirm={() => start.mutateAsync({ everything: true })}
    />
  );
}
