import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import type { WebhookDelivery, WebhookEndpoint } from "../../../client/index.ts";
import { FactList } from "../../components/fact-list.tsx";
import { DateTime } from "../../components/facts.tsx";
import { FilterSelect } from "../../components/lists/filter-select.tsx";
import { PagedList } from "../../components/lists/paged-list.tsx";
import type { Column } from "../../components/lists/paged-table.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Section } from "../../components/section.tsx";
import { Loading, ProblemNotice } from "../../components/states.tsx";
import { useSession } from "../../session/session.tsx";
import { EndpointActions } from "./endpoint-actions.tsx";
import { DELIVERY_STATES, deliveriesQuery, webhookQuery } from "./webhook-queries.ts";
import { DeliveryStateBadge, deliveryStateLabel, EndpointStateBadge } from "./webhook-states.tsx";

const route = getRouteApi("/webhooks/$webhookId");

export function WebhookPage() {
  const { webhookId } = route.useParams();
  const { api } = useSession();
  const endpoint = useQuery(webhookQuery(api, webhookId));
  return (
    <>
      <PageHeader
        title="Webhook endpoint"
        actions={endpoint.data !== undefined && <EndpointActions endpoint={endpoint.data} />}
      >
        {endpoint.data !== undefined && <p dir="auto">{endpoint.data.url}</p>}
      </PageHeader>
      {endpoint.isPending && <Loading label="Loading the endpoint" />}
      {endpoint.error !== null && <ProblemNotice error={endpoint.error} retry={() => void endpoint.refetch()} />}
      {endpoint.data !== undefined && <LoadedEndpoint endpoint={endpoint.data} />}
    </>
  );
}

function LoadedEndpoint({ endpoint }: { readonly endpoint: WebhookEndpoint }) {
  return (
    <>
      <FactList
        facts={[
          { name: "State", value: <EndpointStateBadge {...endpoint} /> },
          { name: "Events", value: <code>{endpoint.events.join(", ")}</code> },
          { name: "Description", value: endpoint.description === "" ? null : endpoint.description },
          { name: "Created", value: <DateTime at={endpoint.createdAt} /> },
          { name: "Created by", value: endpoint.createdBy },
        ]}
      />
      <Deliveries webhookId={endpoint.webhookId} />
    </>
  );
}

function Deliveries({ webhookId }: Pick<WebhookEndpoint, "webhookId">) {
  const { api } = useSession();
  const { state } = route.useSearch();
  const navigate = useNavigate({ from: "/webhooks/$webhookId" });
  const deliveries = useInfiniteQuery(deliveriesQuery(api, webhookId, state));
  const columns: readonly Column<WebhookDelivery>[] = [
    {
      id: "type",
      heading: "Event",
      cell: ({ deliveryId, type }) => (
        <Link
          to="/webhooks/$webhookId/deliveries/$deliveryId"
          params={{ webhookId, deliveryId }}
          aria-label={`${type}, ${deliveryId}`}
        >
          {type}
        </Link>
      ),
    },
    { id: "state", heading: "State", width: "9rem", cell: (delivery) => <DeliveryStateBadge {...delivery} /> },
    { id: "attempts", heading: "Attempts", width: "7.5rem", cell: ({ attempts }) => attempts },
    {
      id: "next",
      heading: "Next attempt",
      width: "13rem",
      cell: ({ nextAttemptAt }) => (nextAttemptAt === null ? "–" : <DateTime at={nextAttemptAt} />),
      isExtra: true,
    },
    {
      id: "at",
      heading: "Time of the event",
      width: "13rem",
      cell: ({ eventAt }) => <DateTime at={eventAt} />,
      isExtra: true,
    },
  ];
  return (
    <Section heading="Deliveries">
      <search className="filter-bar">
        <FilterSelect
          label="State"
          choices={DELIVERY_STATES.map((value) => ({ value, label: deliveryStateLabel(value) }))}
          value={state}
          onChange={(chosen) => void navigate({ search: { state: chosen }, replace: true })}
        />
      </search>
      <PagedList
        label="Deliveries"
        columns={columns}
        items={deliveries.data?.pages.flatMap((page) => page.items)}
        keyOf={({ deliveryId }) => deliveryId}
        query={deliveries}
        empty={state === undefined ? "No event was sent to this endpoint yet." : "No delivery has this state."}
      />
    </Section>
  );
}
