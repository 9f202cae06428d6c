import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/encoder/encoder-events.ts";
import { type Route, route } from "../../api/route.ts";
import type { Ticket } from "../../auth/event-tickets.ts";
import type { Context } from "../../context.ts";
import { LONGEST_STREAM_MS } from "../../encoder/events/limits.ts";
import { openCallerStream } from "../../encoder/open-caller-stream.ts";
import { type OpenedStream, openJobStream } from "../../encoder/open-job-stream.ts";
import type { UrlIssuing } from "../../encoder/playback/playback-urls.ts";
import { refused } from "../../http/refusal.ts";
import { findEncoderJob } from "./find-encoder-job.ts";

type Deps = Pick<Context, "encoderJobs" | "eventTickets" | "env"> & UrlIssuing;

/** Streams of events, and the tickets with which browsers open them. */
export const encoderEventRoutes: readonly Route<Deps>[] = [
  route(define.streamEncoderEvents, {
    handle: async (deps: Deps, { query, caller, ticket, request }) => {
      const { jobId } = query;
      if (ticket !== undefined && ticket.jobId !== null && ticket.jobId !== jobId) {
        return refused("not-allowed", `The ticket is for the events of ${ticket.jobId}.`);
      }
      const client = {
        owner: caller.id,
        lastEventId: request.headers.get("last-event-id") ?? query.lastEventId ?? null,
        until: endOfStream(deps.now(), ticket),
      };
      const opened =
        jobId === undefined
          ? await openCallerStream(deps, client)
          : await openJobStream(deps, () => findEncoderJob(deps, jobId), client);
      return outcomeOf(opened);
    },
  }),

  route(define.createEventTicket, {
    asked: ({ body: { jobId } }) => ({ details: { jobId } }),
    handle: async (deps: Deps, { body: { jobId, expiresInSeconds }, caller, request }) => {
      const found = jobId === null ? null : await findEncoderJob(deps, jobId);
      if (found?.kind === "refused") return found;
      // The text has whole seconds.
      const expiresAt = Math.ceil(deps.now() / 1000 + expiresInSeconds) * 1000;
      const ticket = await deps.eventTickets.issue({ callerId: caller.id, jobId, expiresAt });
      const eventsUrl = new URL(define.streamEncoderEvents.path, request.url);
      if (jobId !== null) eventsUrl.searchParams.set("jobId", jobId);
      eventsUrl.searchParams.set("ticket", ticket);
      const end = new Date(expiresAt).toISOString();
      return answer(201, { ticket, eventsUrl: eventsUrl.href, expiresAt: end }, { details: { expiresAt: end } });
    },
  }),
];

function endOfStream(now: number, ticket: Ticket | undefined): number {
  return Math.min(now + LONGEST_STREAM_MS, ticket?.expiresAt ?? Number.POSITIVE_INFINITY);
}

function outcomeOf(opened: OpenedStream) {
  switch (opened.kind) {
    case "refused":
      return opened;
    case "nothing-more":
      return answer(204, null);
    case "text":
      return answer(
        200,
        eventStream(() => new TextEncoder().encode(opened.text) as Uint8Array<ArrayBuffer>),
      );
    case "stream":
      return answer(
        200,
        eventStream(() => opened.stream),
      );
    default:
      return opened satisfies never;
  }
}

/** `no-transform`: a proxy that compresses collects events before it passes them on (RFC 9111 5.2.2.6). */
function eventStream(open: () => Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>) {
  return { kind: "file", contentType: "text/event-stream", open, cacheControl: "no-store, no-transform" } as const;
}
