import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Operations } from "../../../client/index.ts";
import { answered } from "../../api/api-problem.ts";
import { ActionButton } from "../../components/buttons.tsx";
import { ConfirmDialog } from "../../components/dialogs/dialogs.tsx";
import { type Fact, FactList } from "../../components/fact-list.tsx";
import { DateTime } from "../../components/facts.tsx";
import { TextInput } from "../../components/fields.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { ProblemNotice } from "../../components/states.tsx";
import { useSession } from "../../session/session.tsx";

type LookedUp = Operations["lookUpToken"]["answers"]["body"];
type Target = Operations["revoke"]["input"]["body"];

/** Looks up and revokes playback tokens. */
export function TokensPage() {
  return (
    <>
      <PageHeader title="Tokens" />
      <LookUp />
      <RevokeViewer />
    </>
  );
}

/** Three parts joined by dots are a token; anything else is the id of one. */
function targetOf(text: string): { readonly token: string } | { readonly tokenId: string } {
  return text.split(".").length === 3 ? { token: text } : { tokenId: text };
}

function LookUp() {
  const { api } = useSession();
  const [text, setText] = useState("");
  const lookUp = useMutation({ mutationFn: (asked: string) => answered(api.lookUpToken({ body: targetOf(asked) })) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== "") lookUp.mutate(text.trim());
  };
  return (
    <section className="section" aria-label="Look up a token">
      <form className="form" onSubmit={submit}>
        <TextInput
          label="Token or token id"
          value={text}
          onChange={setText}
          description="A token names more than its id: how often it may be used, and when it ends."
          autoComplete="off"
          isRequired
        />
        <div className="form-buttons">
          <ActionButton type="submit" variant="primary" isPending={lookUp.isPending}>
            Look up
          </ActionButton>
        </div>
      </form>
      {lookUp.error !== null && <ProblemNotice error={lookUp.error} />}
      {lookUp.data !== undefined && <TokenFacts token={lookUp.data} asked={lookUp.variables} lookUp={lookUp.mutate} />}
    </section>
  );
}

type TokenFactsProps = {
  readonly token: LookedUp;
  readonly asked: string;
  readonly lookUp: (asked: string) => void;
};

function TokenFacts({ token, asked, lookUp }: TokenFactsProps) {
  const revoke = useRevoke();
  return (
    <div className="card" role="status">
      <FactList facts={factsOf(token)} />
      {!token.revoked && (
        <div className="card-buttons">
          <ConfirmDialog
            label="Revoke"
            variant="danger"
            heading="Revoke the token"
            text="Play sessions that were started with it stop at their next key."
            onConfirm={async () => {
              await revoke.mutateAsync({ tokenId: token.tokenId });
              lookUp(asked);
            }}
          />
        </div>
      )}
    </div>
  );
}

function factsOf({ tokenId, revoked, maxUses, endsAt, counted, uses, sessions }: LookedUp): readonly Fact[] {
  return [
    { name: "Token", value: <code>{tokenId}</code> },
    { name: "Revoked", value: revoked ? "Yes" : "No" },
    ...(endsAt === undefined ? [] : [{ name: "Ends", value: <DateTime at={endsAt} /> }]),
    ...(maxUses === undefined ? [] : [{ name: "Uses allowed", value: maxUses ?? "Any number" }]),
    { name: "Uses", value: counted ? (uses ?? 0) : "Not counted" },
    ...(sessions ?? []).map(({ sessionId, startedAt }) => ({
      name: `Session ${sessionId}`,
      value: (
        <>
          since <DateTime at={startedAt} />
        </>
      ),
    })),
  ];
}

function RevokeViewer() {
  const revoke = useRevoke();
  const [viewer, setViewer] = useState("");
  return (
    <section className="section" aria-label="Revoke the tokens of a viewer">
      <h2>Revoke the tokens of a viewer</h2>
      <div className="form">
        <TextInput
          label="Viewer"
          value={viewer}
          onChange={setViewer}
          description="As your site names the viewer, or {issuer}:{subject} for viewers with accounts."
        />
        <div className="form-buttons">
          <ConfirmDialog
            label="Revoke"
            variant="danger"
            heading="Revoke the tokens of the viewer"
            isDisabled={viewer.trim() === ""}
            text={
              <>
                Every token that was issued to <strong dir="auto">{viewer}</strong> until now is revoked.
              </>
            }
            onConfirm={() => revoke.mutateAsync({ viewer: viewer.trim() })}
          />
        </div>
      </div>
      {revoke.isSuccess && (
        <p role="status">Revoked, in effect everywhere within {revoke.data.effectiveWithinSeconds} seconds.</p>
      )}
    </section>
  );
}

function useRevoke() {
  const { api } = useSession();
  return useMutation({ mutationFn: (target: Target) => answered(api.revoke({ body: target })) });
}
