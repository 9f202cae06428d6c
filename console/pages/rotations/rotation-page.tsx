import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { RotationBatchWithProgress, RotationItem } from "../../../client/index.ts";
import type { Api } from "../../api/api-client.ts";
import { answered } from "../../api/api-problem.ts";
import { ActionButton } from "../../components/buttons.tsx";
import { ConfirmDialog } from "../../components/dialogs/dialogs.tsx";
import { FactList } from "../../components/fact-list.tsx";
import { DateTime, durationText } from "../../components/facts.tsx";
import { type Column, PagedTable } from "../../components/lists/paged-table.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Progress } from "../../components/progress.tsx";
import { Loading, ProblemNotice } from "../../components/states.tsx";
import { selectionText } from "../../rotations/selection-text.ts";
import { useSession } from "../../session/session.tsx";
import { rotationItemsQuery, rotationQuery } from "./rotation-queries.ts";
import { BatchState, ItemState } from "./rotation-state.tsx";

const route = getRouteApi("/rotations/$batchId");

export function RotationPage() {
  const { batchId } = route.useParams();
  const { api } = useSession();
  const batch = useQuery(rotationQuery(api, batchId));
  if (batch.isPending) return <Loading label="Loading the batch" />;
  if (batch.data === undefined)
    return (
      <>
        <PageHeader title="Rotation batch" />
        <ProblemNotice error={batch.error} retry={() => void batch.refetch()} />
      </>
    );
  return <Batch batch={batch.data} />;
}

function Batch({ batch }: { readonly batch: RotationBatchWithProgress }) {
  const { progress, state, selection, createdAt, requestedBy, maxInFlight } = batch;
  const left = progress.secondsLeft;
  return (
    <>
      <PageHeader title="Rotation batch" actions={<BatchCommands batch={batch} />}>
        <p>
          <BatchState state={state} />
        </p>
      </PageHeader>
      <Progress
        label={`${progress.succeeded} of ${progress.total} parts`}
        percent={progress.percent}
        detail={left === null ? undefined : `${durationText(left)} left`}
      />
      <FactList
        facts={[
          { name: "Started", value: <DateTime at={createdAt} /> },
          { name: "Requested by", value: requestedBy },
          { name: "Selection", value: selectionText(selection) },
          { name: "Parts at a time", value: maxInFlight },
          { name: "Waiting", value: progress.pending },
          { name: "Being rotated", value: progress.rotating },
          { name: "Failed", value: progress.failed },
          { name: "Skipped", value: progress.skipped },
        ]}
      />
      <Items batchId={batch.batchId} progress={progress} />
    </>
  );
}

type Steer = (api: Api, params: { readonly batchId: string }) => Promise<unknown>;

const PAUSE: Steer = (api, params) => answered(api.pauseRotation({ params }));
const RESUME: Steer = (api, params) => answered(api.resumeRotation({ params }));
const CANCEL: Steer = (api, params) => answered(api.cancelRotation({ params }));
const RETRY: Steer = (api, params) => answered(api.retryFailedRotations({ params }));

function BatchCommands({ batch: { batchId, state, progress } }: { readonly batch: RotationBatchWithProgress }) {
  const { api } = useSession();
  const queries = useQueryClient();
  const steer = useMutation({
    mutationFn: (command: Steer) => command(api, { batchId }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["rotation", batchId] }),
  });
  return (
    <>
      {steer.error !== null && <ProblemNotice error={steer.error} />}
      {state === "RUNNING" && <ActionButton onPress={() => steer.mutate(PAUSE)}>Pause</ActionButton>}
      {state === "PAUSED" && <ActionButton onPress={() => steer.mutate(RESUME)}>Resume</ActionButton>}
      {progress.failed > 0 && state !== "CANCELLED" && (
        <ActionButton onPress={() => steer.mutate(RETRY)}>Retry failed parts</ActionButton>
      )}
      {(state === "RUNNING" || state === "PAUSED") && (
        <ConfirmDialog
          label="Cancel"
          variant="danger"
          heading="Cancel the batch"
          confirmLabel="Cancel the batch"
          text="Parts that are being rotated finish; the others keep their keys."
          onConfirm={() => steer.mutateAsync(CANCEL)}
        />
      )}
    </>
  );
}

const COLUMNS: readonly Column<RotationItem>[] = [
  {
    id: "part",
    heading: "Part",
    cell: ({ videoPostId, fileIndex }) => (
      <Link to="/posts/$videoPostId" params={{ videoPostId }} search={{ tab: "keys" }}>
        {`${videoPostId} / ${fileIndex}`}
      </Link>
    ),
  },
  { id: "state", heading: "State", width: "9rem", cell: ({ state }) => <ItemState state={state} /> },
  {
    id: "versions",
    heading: "Key version",
    width: "10rem",
    cell: ({ fromKeyVersion, toKeyVersion }) => `${fromKeyVersion ?? "–"} to ${toKeyVersion ?? "–"}`,
    isExtra: true,
  },
  { id: "reason", heading: "Reason", cell: ({ reason }) => reason ?? "", isExtra: true },
];

type ItemsProps = Pick<RotationBatchWithProgress, "batchId" | "progress">;

/** Read again whenever the progress of the batch changes. */
function Items({ batchId, progress: { total, pending, rotating, failed } }: ItemsProps) {
  const { api } = useSession();
  const queries = useQueryClient();
  const items = useInfiniteQuery(rotationItemsQuery(api, batchId));
  const states = [total, pending, rotating, failed].join();
  const shown = useRef(states);
  useEffect(() => {
    if (shown.current === states) return;
    shown.current = states;
    // A list of many pages takes longer than the next poll.
    void queries.invalidateQueries({ queryKey: rotationItemsQuery(api, batchId).queryKey }, { cancelRefetch: false });
  }, [api, batchId, queries, states]);
  if (items.isPending) return <Loading label="Loading parts" />;
  if (items.data === undefined) return <ProblemNotice error={items.error} retry={() => void items.refetch()} />;
  return (
    <PagedTable
      label="Parts of the batch"
      columns={COLUMNS}
      items={items.data.pages.flatMap((page) => page.items)}
      keyOf={({ videoPostId, fileIndex }) => `${videoPostId}/${fileIndex}`}
      pages={items}
    />
  );
}
