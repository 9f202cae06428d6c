import { useQuery } from "@tanstack/react-query";
import type { Diagnostics } from "../../../client/index.ts";
import { answered } from "../../api/api-problem.ts";
import { Badge, type Tone } from "../../components/badge.tsx";
import { ActionButton } from "../../components/buttons.tsx";
import { FactList } from "../../components/fact-list.tsx";
import { DateTime } from "../../components/facts.tsx";
import type { Column } from "../../components/lists/paged-table.tsx";
import { PlainTable } from "../../components/lists/plain-table.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Section } from "../../components/section.tsx";
import { Loading, ProblemNotice } from "../../components/states.tsx";
import { useSession } from "../../session/session.tsx";

type Binding = Diagnostics["bindings"][number];

const STATES: Readonly<Record<Binding["state"], { readonly label: string; readonly tone: Tone }>> = {
  working: { label: "Working", tone: "good" },
  present: { label: "Present", tone: "good" },
  failing: { label: "Failing", tone: "bad" },
  missing: { label: "Missing", tone: "waiting" },
};

const COLUMNS: readonly Column<Binding>[] = [
  { id: "name", heading: "Binding", cell: ({ name }) => <code>{name}</code> },
  {
    id: "state",
    heading: "State",
    cell: ({ state, required }) => (
      <Badge tone={state === "missing" && required ? "bad" : STATES[state].tone}>{STATES[state].label}</Badge>
    ),
  },
  {
    id: "detail",
    heading: "Detail",
    cell: ({ detail, required }) => <span dir="auto">{detail ?? (required ? "Required" : "Optional")}</span>,
  },
];

export function DiagnosticsPage() {
  const { api } = useSession();
  const facts = useQuery({
    queryKey: ["diagnostics"],
    queryFn: ({ signal }) => answered(api.readDiagnostics({}, { signal })),
  });
  return (
    <>
      <PageHeader
        title="Diagnostics"
        actions={
          <ActionButton isPending={facts.isRefetching} onPress={() => void facts.refetch()}>
            Refresh
          </ActionButton>
        }
      >
        <p className="quiet">
          Facts about this deployment that only the Worker knows. <code>ladderlock doctor</code> judges them.
        </p>
      </PageHeader>
      {facts.isPending && <Loading label="Reading facts" />}
      {facts.error !== null && <ProblemNotice error={facts.error} retry={() => void facts.refetch()} />}
      {facts.data !== undefined && <Facts facts={facts.data} />}
    </>
  );
}

function Facts({ facts }: { readonly facts: Diagnostics }) {
  const { processors, migrations, secrets, queues } = facts;
  const weak = secrets.filter(({ weakness }) => weakness !== null);
  const time = (at: number | null) => (at === null ? "Never" : <DateTime at={at} />);
  return (
    <>
      <FactList
        facts={[
          { name: "Release", value: facts.version },
          { name: "Database", value: facts.database === "d1" ? "D1" : "Postgres" },
          { name: "Newest migration", value: migrations.newest },
          {
            name: "Missing migrations",
            value: migrations.missing.length === 0 ? "None" : migrations.missing.join(", "),
          },
          { name: "Cron Trigger", value: time(facts.cronLastRunAt) },
          { name: "Processors last seen", value: time(processors.lastSeenAt) },
          { name: "Processors at work", value: processors.working.length },
          { name: "Due jobs without a claim", value: processors.waiting },
          { name: "Segments from", value: facts.playback.baseUrl ?? "The Worker" },
          {
            name: "Weak secrets",
            value: weak.length === 0 ? "None" : weak.map(({ name, weakness }) => `${name}: ${weakness}`).join(", "),
          },
          { name: "Demo viewers", value: facts.demoViewers ? "Enabled: anybody gets every entitlement" : "Disabled" },
          ...queues.map(({ binding, lastProbeAt }) => ({
            name: `Queue ${binding}, last probe`,
            value: time(lastProbeAt),
          })),
        ]}
      />
      <Section heading="Bindings">
        <PlainTable label="Bindings" columns={COLUMNS} items={facts.bindings} keyOf={({ name }) => name} />
      </Section>
    </>
  );
}
