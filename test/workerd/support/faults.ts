/** A request to D1 or R2 that has not been sent yet; `send` sends it. */
export type Request = {
  /** The SQL of each statement. */
  readonly texts: readonly string[];
  readonly kind: "statement" | "batch";
  readonly send: () => Promise<unknown>;
};

/** How a request ends. */
export type Fault = (request: Request) => Promise<unknown>;

/** What is sent to a database is counted, and meets the fault that a test sets. */
export type FaultMeter = {
  /** Round trips since the last reset: a batch is one, however many statements it has. */
  trips(): number;
  /** Statements since the last reset. */
  statements(): number;
  reset(): void;
  /** From now on every request meets this fault; null ends it. */
  fail(fault: Fault | null): void;
};

type Meter = FaultMeter & {
  readonly request: <T>(texts: readonly string[], kind: Request["kind"], send: () => Promise<T>) => Promise<T>;
};

export function createFaultMeter(first: Fault | null): Meter {
  let trips = 0;
  let statements = 0;
  let fault = first;
  return {
    request: <T>(texts: readonly string[], kind: Request["kind"], send: () => Promise<T>) => {
      trips++;
      statements += texts.length;
      return fault === null ? send() : (fault({ texts, kind, send }) as Promise<T>);
    },
    trips: () => trips,
    statements: () => statements,
    reset: () => {
      trips = 0;
      statements = 0;
    },
    fail: (next) => {
      fault = next;
    },
  };
}

/** What a gate asks about tokens and sessions by their names, in either dialect. */
export const NAMED_REVOCATIONS = /json_each|unnest/;

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
