import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import type { AuditEvent } from "../../../client/index.ts";
import type { Api } from "../../api/api-client.ts";
import { answered } from "../../api/api-problem.ts";
import { Badge } from "../../components/badge.tsx";
import { DateTime, wordsOf } from "../../components/facts.tsx";
import { TextInput } from "../../components/fields.tsx";
import { FilterSelect } from "../../components/lists/filter-select.tsx";
import { PagedList } from "../../components/lists/paged-list.tsx";
import type { Column } from "../../components/lists/paged-table.tsx";
import { TypedFilter } from "../../components/lists/typed-filter.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useSession } from "../../session/session.tsx";
import { type AuditFilters, auditQueryOf, isDay, OUTCOMES } from "./audit-filters.ts";
import { ExportEvents } from "./export-events.tsx";

const route = getRouteApi("/audit");

function auditQuery(api: Api, filters: AuditFilters) {
  return infiniteQueryOptions({
    queryKey: ["audit", filters],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.listAuditEvents({ query: { ...auditQueryOf(filters), limit: "100", cursor: pageParam } }, { signal }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
}

const COLUMNS: readonly Column<AuditEvent>[] = [
  { id: "at", heading: "When", width: "10rem", cell: ({ at }) => <DateTime at={at} /> },
  {
    id: "action",
    heading: "Action",
    width: "12rem",
    cell: ({ action, count }) => (
      <>
        <code>{action}</code>
        {count > 1 && <span className="quiet"> {count} times</span>}
      </>
    ),
  },
  {
    id: "outcome",
    heading: "Outcome",
    width: "10rem",
    cell: ({ outcome, status, reason }) => (
      <>
        <Badge tone={outcome === "done" ? "good" : "bad"}>{wordsOf(outcome)}</Badge>
        {outcome === "refused" && (
          <span className="quiet small">
            <br />
            {status} {reason}
          </span>
        )}
      </>
    ),
  },
  {
    id: "actor",
    heading: "Who",
    cell: ({ actor, country }) => (
      <span dir="auto">
        {actor}
        {country !== null && <span className="quiet"> ({country})</span>}
      </span>
    ),
    isExtra: true,
  },
  {
    id: "about",
    heading: "About",
    cell: ({ videoPostId, fileIndex, details }) => <About {...{ videoPostId, fileIndex, details }} />,
    isExtra: true,
  },
];

export function AuditPage() {
  const filters = route.useSearch();
  const { api } = useSession();
  const events = useInfiniteQuery(auditQuery(api, filters));
  return (
    <>
      <PageHeader title="Audit log" actions={<ExportEvents filters={filters} />}>
        <p className="quiet">
          Administrative requests and refused credentials, the newest first. Nobody can change it.
        </p>
      </PageHeader>
      <AuditFilterBar filters={filters} />
      <PagedList
        label="Events"
        columns={COLUMNS}
        items={events.data?.pages.flatMap((page) => page.events)}
        keyOf={({ id }) => id}
        query={events}
        empty={Object.values(filters).some(Boolean) ? "No event matches these filters." : "There are no events yet."}
      />
    </>
  );
}

function AuditFilterBar({ filters }: { readonly filters: AuditFilters }) {
  const navigate = useNavigate({ from: "/audit" });
  const change = useCallback(
    (changed: AuditFilters) => void navigate({ search: (before) => ({ ...before, ...changed }), replace: true }),
    [navigate],
  );
  const changeActor = useCallback((actor: string | undefined) => change({ actor }), [change]);
  const changeAction = useCallback((action: string | undefined) => change({ action }), [change]);
  const changePost = useCallback((post: string | undefined) => change({ post }), [change]);
  const day = (text: string) => (isDay(text) ? text : undefined);
  return (
    <search className="filter-bar">
      <TypedFilter label="Action" value={filters.action} onChange={changeAction} />
      <TypedFilter label="Who (caller id)" value={filters.actor} onChange={changeActor} />
      <TypedFilter label="Id of the post" value={filters.post} onChange={changePost} />
      <FilterSelect
        label="Outcome"
        choices={OUTCOMES.map((outcome) => ({ value: outcome, label: wordsOf(outcome) }))}
        value={filters.outcome}
        onChange={(outcome) => change({ outcome })}
      />
      <TextInput label="From" type="date" value={filters.from ?? ""} onChange={(text) => change({ from: day(text) })} />
      <TextInput label="To" type="date" value={filters.to ?? ""} onChange={(text) => change({ to: day(text) })} />
    </search>
  );
}

function About({ videoPostId, fileIndex, details }: Pick<AuditEvent, "videoPostId" | "fileIndex" | "details">) {
  const facts = Object.entries(details ?? {}).filter(([, value]) => value !== null && value !== "");
  return (
    <span className="small" dir="auto">
      {videoPostId !== null && `post ${videoPostId}${fileIndex === null ? "" : `, part ${fileIndex}`} `}
      <span className="quiet">{facts.map(([name, value]) => `${name}: ${textOf(value)}`).join("; ")}</span>
    </span>
  );
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
