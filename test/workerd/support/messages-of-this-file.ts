const STARTED_AT = Symbol.for("ladderlock: start of the test file");
const runtime = globalThis as { [STARTED_AT]?: number };

/** One runtime serves many test files: called by the set-up of each. */
export function startTestFile(): void {
  runtime[STARTED_AT] = Date.now();
}

/** Without the messages that an earlier file has left in the queue: its rows are gone, and its clock may have been ahead. */
export function ofThisFile(batch: MessageBatch): MessageBatch {
  const messages = batch.messages.filter(({ timestamp }) => timestamp.getTime() >= runtime[STARTED_AT]!);
  return new Proxy(batch, {
    get: (target, name) => {
      if (name === "messages") return messages;
      const value = Reflect.get(target, name) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
