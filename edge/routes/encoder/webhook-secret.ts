import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/encoder/encoder.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { newWebhookSecret } from "../../webhooks/webhook-secret.ts";

type Deps = Pick<Context, "webhookEndpoints" | "vault" | "now">;

/** The secret that signs what encoder jobs send, the same for all of them: a receiver has one key and many jobs. */
export const encoderWebhookRoutes: readonly Route<Deps>[] = [
  route(define.rotateEncoderWebhookSecret, {
    asked: () => ({}),
    handle: async ({ webhookEndpoints, vault, now }: Deps, { body: { overlapSeconds } }) => {
      const at = now();
      const expiresAt = at + overlapSeconds * 1000;
      const { text, stored } = await newWebhookSecret(vault, at);
      await webhookEndpoints.rotateJobSecret(stored, expiresAt);
      const previousExpiresAt = new Date(expiresAt).toISOString();
      return answer(200, { secret: text, previousExpiresAt }, { details: { previousExpiresAt } });
    },
  }),
];
