import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { WebhookEndpoint } from "../../../client/index.ts";
import { answered } from "../../api/api-problem.ts";
import { ConfirmedAction } from "../../components/confirmed-action.tsx";
import { useSession } from "../../session/session.tsx";
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
          <ConfirmedAction label="Replay" heading="Replay what was not delivered?" variant="plain" action={replay}>
            <p>Events of the last {REPLAYED_DAYS} days that failed or were held are delivered again.</p>
          </ConfirmedAction>
          <ConfirmedAction label="Disable" heading="Disable this endpoint?" action={() => setState("DISABLED")}>
            <p>Events are held until it is enabled again and they are replayed.</p>
          </ConfirmedAction>
        </>
      ) : (
        <ConfirmedAction
          label="Enable"
          heading="Enable this endpoint?"
          variant="plain"
          action={() => setState("ENABLED")}
        >
          <p>New events are delivered. Those that were held wait for a replay.</p>
        </ConfirmedAction>
      )}
      <ConfirmedAction
        label="Delete"
        heading="Delete this endpoint?"
        action={async () => {
          await answered(api.deleteWebhook({ params }));
          await navigate({ to: "/webhooks" });
          await done();
        }}
      >
        <p>Nothing more is sent to it, and its deliveries can no longer be read.</p>
      </ConfirmedAction>
      <p role="status">{replayed === null ? "" : `${replayed} events are delivered again.`}</p>
    </>
  );
}
