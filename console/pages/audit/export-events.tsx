import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { answered } from "../../api/api-problem.ts";
import { DialogForm } from "../../components/dialogs/dialog-form.tsx";
import { ButtonDialog } from "../../components/dialogs/dialogs.tsx";
import { SelectInput, TextInput } from "../../components/fields.tsx";
import { useSession } from "../../session/session.tsx";
import { type AuditFilters, auditQueryOf, endOf, isDay, startOf } from "./audit-filters.ts";
import { downloadFile } from "./download-file.ts";

const FORMATS = [
  { value: "csv", label: "CSV, for spreadsheets" },
  { value: "ndjson", label: "NDJSON, one event a line" },
] as const;
const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;

export function ExportEvents({ filters }: { readonly filters: AuditFilters }) {
  return (
    <ButtonDialog label="Export" heading="Export the audit log" variant="plain">
      {(close) => <ExportForm filters={filters} close={close} />}
    </ButtonDialog>
  );
}

type ExportFormProps = { readonly filters: AuditFilters; readonly close: () => void };

function ExportForm({ filters, close }: ExportFormProps) {
  const { api } = useSession();
  const [from, setFrom] = useState(filters.from ?? dayOf(Date.now() - DEFAULT_DAYS * DAY_MS));
  const [to, setTo] = useState(filters.to ?? dayOf(Date.now()));
  const [format, setFormat] = useState<(typeof FORMATS)[number]["value"]>("csv");
  const isRange = isDay(from) && isDay(to) && from <= to;
  const download = useMutation({
    mutationFn: async () => {
      const query = { ...auditQueryOf(filters), from: startOf(from), to: endOf(to), format };
      const answer = await answered(api.exportAuditEvents({ query }));
      downloadFile(await answer.blob(), `audit-${from}-${to}.${format}`);
    },
    onSuccess: close,
  });
  return (
    <DialogForm
      submitLabel="Download"
      isPending={download.isPending}
      error={download.error}
      submit={() => (isRange ? download.mutate() : undefined)}
      close={close}
    >
      <p>Every event of these days that matches the filters of the page. The export is recorded in the log.</p>
      <TextInput label="From" type="date" value={from} onChange={setFrom} isRequired />
      <TextInput
        label="To"
        type="date"
        value={to}
        onChange={setTo}
        isRequired
        error={isRange ? undefined : "Choose a day that is not before the first one."}
      />
      <SelectInput label="Format" choices={FORMATS} value={format} onChange={setFormat} />
    </DialogForm>
  );
}

/** In the zone of this browser. */
function dayOf(at: number): string {
  const date = new Date(at);
  const padded = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${padded(date.getMonth() + 1)}-${padded(date.getDate())}`;
}
