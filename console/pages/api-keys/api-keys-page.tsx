import { infiniteQueryOptions, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import type { ApiKey } from "../../../client/index.ts";
import type { Api } from "../../api/api-client.ts";
import { answered } from "../../api/api-problem.ts";
import { Badge, type Tone } from "../../components/badge.tsx";
import { ConfirmDialog } from "../../components/dialogs/dialogs.tsx";
import { DateTime } from "../../components/facts.tsx";
import { PagedList } from "../../components/lists/paged-list.tsx";
import type { Column } from "../../components/lists/paged-table.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useSession } from "../../session/session.tsx";
import { CreateKey } from "./create-key.tsx";

function apiKeysQuery(api: Api) {
  return infiniteQueryOptions({
    queryKey: ["api-keys"],
    queryFn: ({ pageParam, signal }) =>
      answered(api.listApiKeys({ query: { limit: "100", cursor: pageParam } }, { signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
}

const STATUS: Readonly<Record<ApiKey["status"], { readonly label: string; readonly tone: Tone }>> = {
  ACTIVE: { label: "Active", tone: "good" },
  EXPIRED: { label: "Expired", tone: "quiet" },
  REVOKED: { label: "Revoked", tone: "bad" },
};

const COLUMNS: readonly Column<ApiKey>[] = [
  {
    id: "name",
    heading: "Key",
    cell: ({ name, keyId }) => (
      <>
        <strong dir="auto">{name}</strong>
        <br />
        <code className="quiet small">{keyId}</code>
      </>
    ),
  },
  {
    id: "status",
    heading: "Status",
    width: "7rem",
    cell: ({ status }) => <Badge tone={STATUS[status].tone}>{STATUS[status].label}</Badge>,
  },
  { id: "scopes", heading: "Scopes", cell: ({ scopes }) => <code>{scopes.join(", ")}</code>, isExtra: true },
  {
    id: "used",
    heading: "Last used",
    width: "10rem",
    cell: ({ lastUsedAt }) => (lastUsedAt === null ? "Never" : <DateTime at={lastUsedAt} />),
    isExtra: true,
  },
  {
    id: "expires",
    heading: "Expires",
    width: "10rem",
    cell: ({ expiresAt }) => (expiresAt === null ? "Never" : <DateTime at={expiresAt} />),
    isExtra: true,
  },
  { id: "actions", heading: "Actions", width: "7rem", cell: (key) => <RevokeKey apiKey={key} /> },
];

export function ApiKeysPage() {
  const { api } = useSession();
  const keys = useInfiniteQuery(apiKeysQuery(api));
  return (
    <>
      <PageHeader title="API keys" actions={<CreateKey />}>
        <p className="quiet">
          What sites, tools and people sign in with. The first key, of the setting ADMIN_API_KEY, is not in this list.
        </p>
      </PageHeader>
      <PagedList
        label="API keys"
        columns={COLUMNS}
        items={keys.data?.pages.flatMap((page) => page.apiKeys)}
        keyOf={({ keyId }) => keyId}
        query={keys}
        empty="There is no API key yet."
      />
    </>
  );
}

function RevokeKey({ apiKey: { keyId, name, status } }: { readonly apiKey: ApiKey }) {
  const { api } = useSession();
  const queries = useQueryClient();
  if (status !== "ACTIVE") return <span className="quiet">–</span>;
  return (
    <ConfirmDialog
      label="Revoke"
      accessibleLabel={`Revoke the key ${name}`}
      heading="Revoke this API key?"
      onConfirm={() =>
        answered(api.revokeApiKey({ params: { keyId } })).then(() =>
          queries.invalidateQueries({ queryKey: ["api-keys"] }),
        )
      }
      variant="danger"
      text={
        <>
          <strong dir="auto">{name}</strong> is refused from now on. Playback tokens that it has issued stay valid.
        </>
      }
    />
  );
}
