import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answered } from "../../api/api-problem.ts";
import { DialogForm } from "../../components/dialogs/dialog-form.tsx";
import { ButtonDialog } from "../../components/dialogs/dialogs.tsx";
import { ShownOnce } from "../../components/dialogs/shown-once.tsx";
import { CheckboxField, SelectInput, TextInput } from "../../components/fields.tsx";
import type { Scope } from "../../session/scopes.ts";
import { useSession } from "../../session/session.tsx";

/** In the order of the form. A scope of the API that is missing here does not compile. */
const SCOPES = Object.keys({
  "posts:read": true,
  "posts:write": true,
  "posts:author": true,
  "videos:read": true,
  "rewards:read": true,
  "tokens:issue": true,
  "keys:read": true,
  "keys:rotate": true,
  "access:write": true,
  "audit:read": true,
  "webhooks:manage": true,
  admin: true,
} satisfies Record<Scope, true>) as Scope[];

const LIVES = [
  { value: "30", label: "30 days" },
  { value: "365", label: "A year" },
  { value: "never", label: "Never expires" },
] as const;
const DAY_MS = 86_400_000;

export function CreateKey() {
  return (
    <ButtonDialog isDismissable={false} label="Create a key" heading="Create an API key">
      {(close) => <KeyForm close={close} />}
    </ButtonDialog>
  );
}

function KeyForm({ close }: { readonly close: () => void }) {
  const { api } = useSession();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly Scope[]>([]);
  const [life, setLife] = useState<(typeof LIVES)[number]["value"]>("365");
  const [isIncomplete, setIncomplete] = useState(false);
  const create = useMutation({
    mutationFn: () => {
      const expiresAt = life === "never" ? null : new Date(Date.now() + Number(life) * DAY_MS).toISOString();
      return answered(api.createApiKey({ body: { name: name.trim(), scopes, expiresAt } }));
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["api-keys"] }),
  });
  if (create.data !== undefined) return <ShownOnce label="API key" secret={create.data.key} close={close} />;
  const choose = (scope: Scope, isChosen: boolean) =>
    setScopes((before) => (isChosen ? [...before, scope] : before.filter((one) => one !== scope)));
  const submit = () => {
    setIncomplete(scopes.length === 0);
    if (scopes.length > 0) create.mutate();
  };
  return (
    <DialogForm submitLabel="Create" isPending={create.isPending} error={create.error} submit={submit} close={close}>
      <TextInput label="Name" description="Who or what uses it" value={name} onChange={setName} isRequired />
      <fieldset className="dialog-choices">
        <legend>Scopes</legend>
        {SCOPES.map((scope) => (
          <CheckboxField
            key={scope}
            isSelected={scopes.includes(scope)}
            onChange={(isChosen) => choose(scope, isChosen)}
          >
            {scope}
          </CheckboxField>
        ))}
      </fieldset>
      {isIncomplete && scopes.length === 0 && (
        <p role="alert" className="field-error">
          Choose at least one scope.
        </p>
      )}
      <SelectInput label="Life" choices={LIVES} value={life} onChange={setLife} />
    </DialogForm>
  );
}
