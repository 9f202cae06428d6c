import { describe, expect, it } from "vitest";
import { eventsOf } from "./event-stream.ts";

function streamOf(chunks: readonly string[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks.map((chunk) => new TextEncoder().encode(chunk)));
}

async function read(chunks: readonly string[]) {
  return Array.fromAsync(eventsOf(streamOf(chunks)));
}

describe("a stream of events", () => {
  it("is read event by event, and without comments", async () => {
    const text = 'event: connected\ndata: {"ok":true}\n\n: keep-alive\n\nevent: job-progress\ndata: {"a":"b: c"}\n\n';
    expect(await read([text])).toEqual([
      { name: "connected", data: { ok: true } },
      { name: "job-progress", data: { a: "b: c" } },
    ]);
  });

  it("may be cut anywhere, also within a character", async () => {
    const bytes = new TextEncoder().encode('event: post-changed\ndata: {"title":"é"}\n\n');
    const cut = ReadableStream.from([...bytes].map((byte) => new Uint8Array([byte])));
    expect(await Array.fromAsync(eventsOf(cut))).toEqual([{ name: "post-changed", data: { title: "é" } }]);
  });

  it("has no event of a block that did not arrive whole", async () => {
    expect(await read(['event: post-changed\ndata: {"version":3}\n'])).toEqual([]);
  });
});
