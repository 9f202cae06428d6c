import { Client } from "pg";
import type { DatabaseBindings } from "../../../edge/database.ts";
import { createFaultMeter, type Fault, type FaultMeter } from "./faults.ts";

export type FaultyPg = FaultMeter & { readonly hyperdrive: NonNullable<DatabaseBindings["HYPERDRIVE"]> };

type Query = { readonly text: string };
type Send = (query: Query) => Promise<unknown>;
type Sent = { readonly query: Query; readonly send: Send; readonly settle: (outcome: Promise<unknown>) => void };

/** By the name under which a client of a faulty database connects. */
const meters = new Map<string, ReturnType<typeof createFaultMeter>>();

/** Waits for its answer and comes before each batch, so that it is neither counted nor met by a fault. */
const BEGIN = /^BEGIN/;
/** Not what a program asks of its database. */
const FRAME = /^(?:BEGIN|COMMIT|ROLLBACK)/;

/**
 * The Postgres of the test file, whose clients count what they send and fail when a test wants it to. What a client
 * sends in one turn is one round trip, since the driver does not wait for answers.
 */
export function faultyPg(real: { readonly connectionString: string }, first: Fault | null = null): FaultyPg {
  const name = `faulty-${meters.size + 1}`;
  const { request, ...meter } = createFaultMeter(first);
  meters.set(name, { request, ...meter });
  const url = new URL(real.connectionString);
  url.searchParams.set("application_name", name);
  return { ...meter, hyperdrive: { connectionString: url.href } };
}

type PatchedClient = { query: (this: Client, query: Query) => Promise<unknown> };

/** In the prototype of the driver, so that the Worker's own way to its database is the one that is tried. */
const PATCHED = Symbol.for("ladderlock: faulty Postgres");
const prototype = Client.prototype as unknown as PatchedClient & { [PATCHED]?: true };

if (prototype[PATCHED] === undefined) {
  prototype[PATCHED] = true;
  const { query: original } = prototype;
  const turns = new WeakMap<Client, Sent[]>();
  prototype.query = function (query) {
    const { application_name: name } = (this as unknown as { connectionParameters: { application_name?: string } })
      .connectionParameters;
    const meter = meters.get(name ?? "");
    if (meter === undefined) return original.call(this, query);
    return new Promise((settle) => {
      const sent = { query, send: (one: Query) => original.call(this, one), settle };
      const turn = turns.get(this);
      if (turn !== undefined) return void turn.push(sent);
      turns.set(this, [sent]);
      queueMicrotask(() => {
        const all = turns.get(this) ?? [];
        turns.delete(this);
        sendTurn(meter, all);
      });
    });
  };
}

function sendTurn({ request }: ReturnType<typeof createFaultMeter>, turn: readonly Sent[]): void {
  const texts = turn.map(({ query }) => query.text);
  if (texts.every((text) => BEGIN.test(text))) {
    for (const { query, send, settle } of turn) settle(send(query));
    return;
  }
  const outcome = request(
    texts.filter((text) => !FRAME.test(text)),
    texts.some((text) => FRAME.test(text)) ? "batch" : "statement",
    () => Promise.allSettled(turn.map(({ query, send }) => send(query))),
  );
  for (const [index, { settle }] of turn.entries()) {
    settle(outcome.then((answers) => unsettled(answers[index]!)));
  }
}

function unsettled(answer: PromiseSettledResult<unknown>): unknown {
  if (answer.status === "rejected") throw answer.reason;
  return answer.value;
}
