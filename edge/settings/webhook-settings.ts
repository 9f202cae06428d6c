import * as z from "zod";
import { WEBHOOK_ADDRESS_RULES } from "../../shared/domain/webhooks/webhook-address.ts";
import { STANDARD_LADDER } from "../../shared/domain/webhooks/webhook-delivery.ts";
import { wholeNumber } from "./setting-types.ts";

const MOST_ATTEMPTS = 30;
const LONGEST_DELAY_SECONDS = 7 * 86_400;

const ladder = z
  .string()
  .regex(/^\d{1,6}(\.\d{1,3})?(,\d{1,6}(\.\d{1,3})?)*$/, "numbers of seconds with commas between them, without spaces")
  .transform((text) => text.split(",").map(Number))
  .refine(
    (delays) => delays.length <= MOST_ATTEMPTS && delays.every((delay) => delay <= LONGEST_DELAY_SECONDS),
    `at most ${MOST_ATTEMPTS} attempts with at most ${LONGEST_DELAY_SECONDS} seconds before each`,
  );

export const WEBHOOK_SETTINGS = {
  WEBHOOK_RETRY_SECONDS: ladder
    .default([...STANDARD_LADDER])
    .describe(
      "seconds before each attempt to deliver a webhook, with commas between them; up to a tenth is added to each",
    ),
  WEBHOOK_TIMEOUT_SECONDS: wholeNumber(1, 30).default(15).describe("how long an endpoint may take to respond"),
  WEBHOOK_RETENTION_DAYS: wholeNumber(1, 400)
    .default(30)
    .describe("how long webhooks and their attempts are kept, delivered or not"),
  WEBHOOK_ADDRESSES: z
    .enum(WEBHOOK_ADDRESS_RULES)
    .default("public")
    .describe(
      "`public`: endpoints with https at public hosts; `any`, only for development: also http and local addresses",
    ),
};
