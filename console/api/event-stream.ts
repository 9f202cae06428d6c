/** An event of a stream of server-sent events. */
export type StreamedEvent = { readonly name: string; readonly data: unknown };

/** Reads a stream until it ends (HTML 9.2.6). EventSource cannot send an API key, so the stream is read with fetch. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamedEvent> {
  let text = "";
  // The types of the two streams differ in whether a buffer may be shared.
  const decoder = new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>;
  const reader = body.pipeThrough(decoder).getReader();
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      text += chunk.value;
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = eventIn(block);
        if (event !== null) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Null for a comment. The service writes the data of an event in one line. */
function eventIn(block: string): StreamedEvent | null {
  const fields = new Map(block.split("\n").map((line) => [line.split(": ", 1)[0], line.slice(line.indexOf(": ") + 2)]));
  const data = fields.get("data");
  return data === undefined ? null : { name: fields.get("event") ?? "message", data: JSON.parse(data) };
}
