import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { WebhookAttempt, WebhookDeliveryDetail } from "../../../client/index.ts";
import { answered } from "../../api/api-problem.ts";
import { ConfirmDialog } from "../../components/dialogs/dialogs.tsx";
import { FactList } from "../../components/fact-list.tsx";
import { DateTime } from "../../components/facts.tsx";
import type { Column } from "../../components/lists/paged-table.tsx";
import { PlainTable } from "../../components/lists/plain-table.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Section } from "../../components/section.tsx";
import { Empty, Loading, ProblemNotice } from "../../components/states.tsx";
import { useSession } from "../../session/session.tsx";
import { deliveryQuery } from "./webhook-queries.ts";
import { DeliveryStateBadge } from "./webhook-states.tsx";
import "./delivery-page.css";

const route = getRouteApi("/webhooks/$webhookId/deliveries/$deliveryId");

const COLUMNS: readonly Column<WebhookAttempt>[] = [
  { id: "attempt", heading: "Attempt", cell: ({ attempt }) => attempt },
  {
    id: "answer",
    heading: "Answer",
    cell: ({ status, error, excerpt }) => (
      <span dir="auto">
        {status ?? "No answer"}
        {error === null ? "" : `: ${error}`}
        {excerpt !== null && excerpt !== "" && <span className="quiet"> {excerpt}</span>}
      </span>
    ),
  },
  { id: "started", heading: "Started", cell: ({ startedAt }) => <DateTime at={startedAt} /> },
  { id: "duration", heading: "Duration", cell: ({ durationMs }) => `${durationMs} ms`, isExtra: true },
];

export function DeliveryPage() {
  const { webhookId, deliveryId } = route.useParams();
  const { api } = useSession();
  const queries = useQueryClient();
  const delivery = useQuery(deliveryQuery(api, webhookId, deliveryId));
  const replay = () =>
    answered(api.replayWebhookDelivery({ params: { webhookId, deliveryId } })).then(() =>
      queries.invalidateQueries({ queryKey: ["webhooks"] }),
    );
  return (
    <>
      <PageHeader
        title={delivery.data?.type ?? "Delivery"}
        actions={
          delivery.data !== undefined && (
            <ConfirmDialog
              label="Replay"
              heading="Deliver this event again?"
              variant="plain"
              onConfirm={replay}
              text="The endpoint receives it with the same id, and retries start from their beginning."
            />
          )
        }
      >
        <p>
          <Link to="/webhooks/$webhookId" params={{ webhookId }}>
            All deliveries of the endpoint
          </Link>
        </p>
      </PageHeader>
      {delivery.isPending && <Loading label="Loading the delivery" />}
      {delivery.error !== null && <ProblemNotice error={delivery.error} retry={() => void delivery.refetch()} />}
      {delivery.data !== undefined && <LoadedDelivery delivery={delivery.data} />}
    </>
  );
}

function LoadedDelivery({ delivery }: { readonly delivery: WebhookDeliveryDetail }) {
  const { attemptList, body } = delivery;
  return (
    <>
      <FactList
        facts={[
          { name: "State", value: <DeliveryStateBadge {...delivery} /> },
          { name: "Id", value: <code>{delivery.deliveryId}</code> },
          { name: "Time of the event", value: <DateTime at={delivery.eventAt} /> },
          {
            name: "Next attempt",
            value: delivery.nextAttemptAt === null ? null : <DateTime at={delivery.nextAttemptAt} />,
          },
          { name: "Delivered", value: delivery.deliveredAt === null ? null : <DateTime at={delivery.deliveredAt} /> },
        ]}
      />
      <Section heading="Attempts">
        {attemptList.length === 0 ? (
          <Empty heading="No attempt was made yet." />
        ) : (
          <PlainTable
            label="Attempts"
            columns={COLUMNS}
            items={attemptList}
            keyOf={({ attempt, startedAt }) => `${startedAt} ${attempt}`}
          />
        )}
      </Section>
      <Section heading="Body">
        <pre className="code-block" dir="ltr">
          {indented(body)}
        </pre>
      </Section>
    </>
  );
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
