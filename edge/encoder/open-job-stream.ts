import { type EncoderJobState, encoderStatus } from "../../shared/domain/encoder/encoder-job.ts";
import type { Context } from "../context.ts";
import { type Refusal, refused } from "../http/refusal.ts";
import { endedText, type Position } from "./events/attach.ts";
import type { AttachAnswer, NewClient } from "./events/attach-messages.ts";
import { readAttachResponse } from "./events/attach-response.ts";
import { endOf } from "./events/claim-order.ts";
import { eventId } from "./events/event-text.ts";
import { endData, endName, type KnownState } from "./events/job-state.ts";
import { knownStateOf } from "./known-state.ts";
import type { UrlIssuing } from "./playback/playback-urls.ts";

export type OpenedStream =
  | { readonly kind: "stream"; readonly stream: ReadableStream<Uint8Array> }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "nothing-more" }
  | Refusal<"not-found" | "deleted" | "too-many-requests" | "unavailable">;

type Deps = Pick<Context, "env"> & UrlIssuing;
type Found = { readonly kind: "found"; readonly job: EncoderJobState } | Refusal<"not-found" | "deleted">;

/** Readings of a job that changes while its stream is opened. */
const MOST_READINGS = 4;

/** The numbering of streams that no object has stored. */
const UNSTORED = "end";

/** The stream of one job. `find` reads the job again where its object knows a newer state. */
export async function openJobStream(deps: Deps, find: () => Promise<Found>, client: NewClient): Promise<OpenedStream> {
  for (let readings = 0; readings < MOST_READINGS; readings++) {
    const found = await find();
    if (found.kind === "refused") return found;
    const { job } = found;
    const known = await knownStateOf(deps, job);
    const isOver = endOf(encoderStatus(job)) !== null;
    // No object is needed for a client that begins with the end.
    if (isOver && isWithoutObject(client)) return endedStream(known, client);
    const object = deps.env.JOB_EVENTS.getByName(job.fileId);
    const body = JSON.stringify({ ...client, known });
    const answer = await readAttachResponse(await object.fetch("https://events/", { method: "POST", body }));
    if (answer.kind === "ended") return endedStream(known, client);
    if (answer.kind !== "newer") return openedOf(answer);
  }
  return refused("unavailable");
}

function openedOf(
  answer: Exclude<AttachAnswer, { kind: "newer" | "ended" }> | Extract<OpenedStream, { kind: "stream" }>,
): OpenedStream {
  switch (answer.kind) {
    case "stream":
    case "text":
    case "nothing-more":
      return answer;
    case "full":
      return refused("unavailable", "This job has as many listeners as it can have. Read its status instead.");
    case "too-many":
      return refused("too-many-requests", "The caller has too many open streams of this job.");
    case "mint":
      throw new Error("an object of one job has no completed jobs to ask for");
    default:
      return answer satisfies never;
  }
}

function isWithoutObject({ lastEventId }: NewClient): boolean {
  return lastEventId === null || lastEventId.startsWith(`${UNSTORED}.`);
}

/** The whole stream of a job that had ended before anybody listened. */
function endedStream(known: KnownState, { lastEventId }: NewClient): OpenedStream {
  const { job, view } = known;
  const end = endOf(encoderStatus(job));
  if (end === null) throw new Error("a job in progress has no end");
  if (lastEventId === eventId(UNSTORED, job.postVersion)) return { kind: "nothing-more" };
  const position: Position = lastEventId === null ? { kind: "new" } : { kind: "gap" };
  const { stored, minted } = endData(known, end);
  const ending = { name: endName(end), data: { ...stored, ...minted }, seq: job.postVersion };
  return { kind: "text", text: endedText(UNSTORED, position, view, ending) };
}
