import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { WebhookEndpoint } from "../../../client/index.ts";
import { DateTime } from "../../components/facts.tsx";
import type { Column } from "../../components/lists/paged-table.tsx";
import { PlainTable } from "../../components/lists/plain-table.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Empty, Loading, ProblemNotice } from "../../components/states.tsx";
import { useSession } from "../../session/session.tsx";
import { AddEndpoint } from "./add-endpoint.tsx";
import { webhooksQuery } from "./webhook-queries.ts";
import { EndpointStateBadge } from "./webhook-states.tsx";

const COLUMNS: readonly Column<WebhookEndpoint>[] = [
  {
    id: "url",
    heading: "Endpoint",
    cell: ({ webhookId, url, description }) => (
      <>
        <Link to="/webhooks/$webhookId" params={{ webhookId }}>
          {url}
        </Link>
        {description !== "" && (
          <span className="quiet small" dir="auto">
            <br />
            {description}
          </span>
        )}
      </>
    ),
  },
  { id: "state", heading: "State", cell: (endpoint) => <EndpointStateBadge {...endpoint} /> },
  { id: "events", heading: "Events", cell: ({ events }) => <code>{events.join(", ")}</code>, isExtra: true },
  { id: "created", heading: "Created", cell: ({ createdAt }) => <DateTime at={createdAt} />, isExtra: true },
];

export function WebhooksPage() {
  const { api } = useSession();
  const endpoints = useQuery(webhooksQuery(api));
  return (
    <>
      <PageHeader title="Webhooks" actions={<AddEndpoint />}>
        <p className="quiet">Addresses of your sites that receive events, each with its own signing secret.</p>
      </PageHeader>
      {endpoints.isPending && <Loading label="Loading endpoints" />}
      {endpoints.error !== null && <ProblemNotice error={endpoints.error} retry={() => void endpoints.refetch()} />}
      {endpoints.data?.items.length === 0 && <Empty heading="There is no endpoint yet." />}
      {endpoints.data !== undefined && endpoints.data.items.length > 0 && (
        <PlainTable
          label="Webhook endpoints"
          columns={COLUMNS}
          items={endpoints.data.items}
          keyOf={({ webhookId }) => webhookId}
        />
      )}
    </>
  );
}
