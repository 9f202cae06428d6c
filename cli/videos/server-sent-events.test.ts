import { describe, expect, it } from "vitest";
import { readEvents, type ServerSentEvent } from "./server-sent-events.ts";

async function eventsIn(chunks: readonly Uint8Array[]): Promise<ServerSentEvent[]> {
  const found: ServerSentEvent[] = [];
  for await (const event of readEvents(ReadableStream.from(chunks) as ReadableStream<Uint8Array>)) found.push(event);
  return found;
}

const eventsOf = (...chunks: readonly string[]) => eventsIn(chunks.map((chunk) => new TextEncoder().encode(chunk)));

describe("a stream of events", () => {
  const update = { id: "e.1", event: "job-update", data: '{"a":1}' };

  it("has events with an id, a name and data, and comments that are ignored", async () => {
    const text = 'retry: 1000\nid: e.1\nevent: job-update\ndata: {"a":1}\n\n: keep-alive\n\ndata: x\ndata:y\n\n';
    expect(await eventsOf(text)).toEqual([update, { id: "e.1", event: "message", data: "x\ny" }]);
  });

  it("may be cut anywhere, and may end its lines with CR, LF or both", async () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const text = ["id: e.1", "event: job-update", 'data: {"a":1}', "", "data: é", "", ": end", ""].join(end);
      const bytes = new TextEncoder().encode(text);
      for (let cut = 0; cut <= bytes.length; cut++) {
        const found = await eventsIn([bytes.slice(0, cut), bytes.slice(cut)]);
        expect(found, `${JSON.stringify(end)} at ${cut}`).toEqual([update, { id: "e.1", event: "message", data: "é" }]);
      }
    }
  });

  it("drops an event that is not complete", async () => {
    expect(await eventsOf("data: whole\n\n", "data: half\n")).toMatchObject([{ data: "whole" }]);
  });
});
