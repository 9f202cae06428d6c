/** A request to D1 or R2 that has not been sent yet; `send` sends it. */
export type Request = {
  /** The SQL of each statement. */
  readonly texts: readonly string[];
  readonly kind: "statement" | "batch";
  readonly send: () => Promise<unknown>;
};

/** How a request ends. */
export type Fault = (request: Request) => Promise<unknown>;

export const NETWORK_LOST = "D1_ERROR: Network connection lost.";

export function throws(message: string): () => Promise<never> {
  return () => Promise.reject(new Error(message, { cause: new Error(message.replace(/^D1_ERROR: /, "")) }));
}

/** No answer at all. */
export function hangs(): Promise<never> {
  return new Promise(() => {});
}

/** The request is carried out, and its answer does not arrive. */
export const losesReply: Fault = async ({ send }) => {
  await send();
  return throws(NETWORK_LOST)();
};

/** Nothing is sent before `opened` resolves. */
export function waitsFor(opened: Promise<void>): Fault {
  return ({ send }) => opened.then(send);
}

/** Only requests with such a statement in them meet the fault. */
export function onStatements(pattern: RegExp, fault: Fault): Fault {
  return (request) => (request.texts.some((text) => pattern.test(text)) ? fault(request) : request.send());
}

export function onBatches(fault: Fault): Fault {
  return (request) => (request.kind === "batch" ? fault(request) : request.send());
}
