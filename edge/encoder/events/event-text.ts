/** The names of events, as the document of the encoder API has them. */
export const EVENT_NAMES = ["job-update", "job-completed", "job-failed", "job-cancelled"] as const;
export type EventName = (typeof EVENT_NAMES)[number];

export type EventData = Readonly<Record<string, unknown>>;

/** `seq` grows by one with each event of an object. */
export type StreamEvent = { readonly seq: number; readonly name: EventName; readonly data: EventData };

/** How long a browser waits before it connects again. */
const RETRY_MS = 1000;

/** One event of a stream (HTML 9.2.5). JSON has no line breaks outside of its strings, and none inside. */
export function eventText(id: string, name: EventName | "connected", data: EventData): string {
  return `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

export function connectedText(id: string): string {
  return `retry: ${RETRY_MS}\n${eventText(id, "connected", { ok: true })}`;
}

/** A comment, which clients ignore and proxies count as traffic. */
export const KEEP_ALIVE_TEXT = ": keep-alive\n\n";

/** The id of an event: the numbering that it belongs to, and its number. */
export function eventId(epoch: string, seq: number): string {
  return `${epoch}.${seq}`;
}

/** What a client has received last. Any text that is no id of ours counts as an unknown position. */
export function readEventId(text: string): { readonly epoch: string; readonly seq: number } {
  const [, epoch = "", seq = "0"] = /^([\w-]{1,40})\.(\d{1,15})$/.exec(text) ?? [];
  return { epoch, seq: Number(seq) };
}
