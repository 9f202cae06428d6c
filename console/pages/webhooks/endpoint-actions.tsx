import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { WebhookEndpoint } from "../../../client/index.ts";
import { answered } from "../../api/api-problem.ts";
import { ConfirmDialog } from "../../components/dialogs/dialogs.tsx";
import { useSession } from "../../session/session.tsx";
import { RotateSecret } from "./rotate-secret.tsx";
import { replayAll } from "./webhook-queries.ts";

const DAY_MS = 86_400_000;
const REPLAYED_DAYS = 7;

/** Enable or disable, replay of what was not delivered, and the deletion. */
export function EndpointActions({ endpoint }: { readonly endpoint: WebhookEndpoint }) {
  const { api } = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [replayed, setReplayed] = useState<number | null>(null);
  const params = { webhookId: endpoint.webhookId };
  const done = () => queries.invalidateQueries({ queryKey: ["webhooks"] });
  const setState = (state: WebhookEndpoint["state"]) =>
    answered(api.updateWebhook({ params, body: { state } })).then(done);
  const replay = async () => {
    const now = Date.now();
    const from = new Date(now - REPLAYED_DAYS * DAY_MS).toISOString();
    setReplayed(await replayAll(api, endpoint.webhookId, from, new Date(now).toISOString()));
    await done();
  };
  return (
    <>
      {endpoint.state === "ENABLED" ? (
        <>
          <ConfirmDialog
            label="Replay"
            heading="Replay what was not delivered?"
            variant="plain"
            onConfirm={replay}
            text={<>Events of the last {REPLAYED_DAYS} days that failed or were held are delivered again.</>}
          />
          <ConfirmDialog
            label="Disable"
            heading="Disable this endpoint?"
            onConfirm={() => setState("DISABLED")}
            variant="danger"
            text="Events are held until it is enabled again and they are replayed."
          />
        </>
      ) : (
        <ConfirmDialog
          label="Enable"
          heading="Enable this endpoint?"
          variant="plain"
          onConfirm={() => setState("ENABLED")}
          text="New events are delivered. Those that were held wait for a replay."
        />
      )}
      <RotateSecret webhookId={endpoint.webhookId} />
      <ConfirmDialog
        label="Delete"
        heading="Delete this endpoint?"
        onConfirm={async () => {
          await answered(api.deleteWebhook({ params }));
          await navigate({ to: "/webhooks" });
          await done();
        }}
        variant="danger"
        text="Nothing more is sent to it, and its deliveries can no longer be read."
      />
      <p role="status">{replayed === null ? "" : `${replayed} events are delivered again.`}</p>
    </>
  );
}
