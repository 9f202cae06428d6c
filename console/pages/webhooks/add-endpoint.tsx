import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Operations } from "../../../client/index.ts";
import { answered } from "../../api/api-problem.ts";
import { DialogForm } from "../../components/dialogs/dialog-form.tsx";
import { ButtonDialog } from "../../components/dialogs/dialogs.tsx";
import { ShownOnce } from "../../components/dialogs/shown-once.tsx";
import { CheckboxField, TextInput } from "../../components/fields.tsx";
import { useSession } from "../../session/session.tsx";

type EventName = NonNullable<Operations["createWebhook"]["input"]["body"]["events"]>[number];

/** Groups; the API takes single names too. */
const GROUPS = [
  { name: "post.*", label: "Posts" },
  { name: "part.*", label: "Parts" },
  { name: "job.*", label: "Jobs" },
  { name: "upload.*", label: "Uploads" },
  { name: "key.*", label: "Keys" },
  { name: "policy.*", label: "Policies" },
  { name: "session.*", label: "Play sessions" },
] as const satisfies readonly { readonly name: EventName; readonly label: string }[];

export function AddEndpoint() {
  return (
    <ButtonDialog isDismissable={false} label="Add an endpoint" heading="Add a webhook endpoint">
      {(close) => <EndpointForm close={close} />}
    </ButtonDialog>
  );
}

function EndpointForm({ close }: { readonly close: () => void }) {
  const { api } = useSession();
  const queries = useQueryClient();
  const [url, setUrl] = useState("");
  const [events, setEvents] = useState<readonly EventName[]>([]);
  const [description, setDescription] = useState("");
  const create = useMutation({
    mutationFn: () => {
      const chosen = events.length === 0 ? (["*"] as const) : events;
      return answered(api.createWebhook({ body: { url: url.trim(), events: chosen, description } }));
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["webhooks"] }),
  });
  if (create.data !== undefined) return <ShownOnce label="Signing secret" secret={create.data.secret} close={close} />;
  return (
    <DialogForm
      submitLabel="Add"
      isPending={create.isPending}
      error={create.error}
      submit={() => create.mutate()}
      close={close}
    >
      <TextInput label="Address" description="https, at a public host" value={url} onChange={setUrl} isRequired />
      <fieldset className="dialog-choices">
        <legend>Events of (all, if you choose none)</legend>
        {GROUPS.map(({ name, label }) => (
          <CheckboxField
            key={name}
            isSelected={events.includes(name)}
            onChange={(isChosen) =>
              setEvents((before) => (isChosen ? [...before, name] : before.filter((one) => one !== name)))
            }
          >
            {label}
          </CheckboxField>
        ))}
      </fieldset>
      <TextInput label="Description" value={description} onChange={setDescription} />
    </DialogForm>
  );
}
