import * as z from "zod";
import { defineRoute } from "../../definition.ts";
import { instant } from "../shapes.ts";

const TAG = "Encoder";

const jobId = z.string().min(1).max(64);

/** What browsers repeat by themselves while they reconnect. */
const DEFAULT_TICKET_SECONDS = 3600;
const LONGEST_TICKET_SECONDS = 12 * 3600;

export const streamEncoderEvents = defineRoute({
  method: "GET",
  path: "/api/v2/m3u8-encoder/events",
  operationId: "streamEncoderEvents",
  tag: TAG,
  summary: "Streams the events of a job, or of all jobs of the caller (server-sent events)",
  access: { kind: "scope", scope: "posts:read", ticket: true },
  query: z.strictObject({
    jobId: jobId.optional().describe("without it, all jobs that the caller creates"),
    ticket: z.string().min(1).max(4096).optional().describe("instead of a header, which EventSource cannot send"),
    lastEventId: z
      .string()
      .max(100)
      .optional()
      .describe("for clients that cannot send the header Last-Event-ID, which comes first"),
  }),
  responses: {
    200: {
      description: "`connected`, then `job-update`, `job-completed`, `job-failed`, `job-cancelled`",
      files: ["text/event-stream"],
    },
    204: { description: "The job has ended and the client has all its events: an EventSource stops here" },
  },
  problems: [
    ...(["not-allowed", "not-found", "deleted", "too-many-requests", "unavailable"] as const),
    ...(["token-invalid", "token-expired", "token-revoked"] as const),
  ],
  head: false,
});

export const createEventTicket = defineRoute({
  method: "POST",
  path: "/api/v2/m3u8-encoder/events/tickets",
  operationId: "createEventTicket",
  tag: TAG,
  summary: "Makes a ticket with which a browser opens the stream of events",
  access: { kind: "scope", scope: "posts:read" },
  audit: "event-ticket.create",
  body: z.strictObject({
    jobId: jobId.nullable().default(null).describe("the only job that the ticket opens; null for all of the caller"),
    expiresInSeconds: z
      .int()
      .min(1)
      .max(LONGEST_TICKET_SECONDS)
      .default(DEFAULT_TICKET_SECONDS)
      .describe("until then the stream may be opened, also again"),
  }),
  bodyIsOptional: true,
  responses: {
    201: {
      description: "The ticket, which is not stored",
      schema: z
        .object({ ticket: z.string(), eventsUrl: z.string().describe("with the ticket"), expiresAt: instant })
        .meta({ id: "EventTicket" }),
    },
  },
  problems: ["not-found", "deleted"],
});
