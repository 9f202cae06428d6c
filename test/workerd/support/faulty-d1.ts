import { createFaultMeter, type Fault, type FaultMeter } from "./faults.ts";

export type FaultyD1 = FaultMeter & { readonly db: D1Database };

type Database = Pick<D1Database, "prepare" | "batch">;
type Method = (...args: unknown[]) => unknown;
type Known = { readonly statement: D1PreparedStatement; readonly text: string };

const SENDING = new Set(["run", "all", "first", "raw"]);

/** D1 that counts what is sent to it and fails when a test wants it to. Making a statement asks nothing, as with D1. */
export function faultyD1(real: D1Database, first: Fault | null = null): FaultyD1 {
  const { request, ...meter } = createFaultMeter(first);
  const known = new WeakMap<object, Known>();

  function wrapStatement(statement: D1PreparedStatement, text: string): D1PreparedStatement {
    const wrapped = proxyOf(statement, (name, member) => {
      if (name === "bind") return (...values) => wrapStatement(member(...values) as D1PreparedStatement, text);
      if (SENDING.has(name)) return (...args) => request([text], "statement", async () => member(...args));
      return member;
    });
    known.set(wrapped, { statement, text });
    return wrapped;
  }

  const wrapDatabase = <D extends Database>(database: D): D =>
    proxyOf(database, (name, member) => {
      if (name === "prepare") return (text) => wrapStatement(database.prepare(text as string), text as string);
      if (name === "withSession") return (...args) => wrapDatabase(member(...args) as D1DatabaseSession);
      if (name === "batch") {
        return (list) => {
          const sent = (list as D1PreparedStatement[]).map((one) => known.get(one) ?? { statement: one, text: "" });
          const texts = sent.map(({ text }) => text);
          return request(texts, "batch", () => database.batch(sent.map(({ statement }) => statement)));
        };
      }
      return member;
    });

  return {
    ...meter,
    db: wrapDatabase(real),
  };
}

/** `methodOf` gets each method, bound to its object, and gives what stands in for it. */
function proxyOf<T extends object>(object: T, methodOf: (name: string, member: Method) => Method): T {
  return new Proxy(object, {
    get(target, property) {
      const member = Reflect.get(target, property) as unknown;
      return typeof member === "function" ? methodOf(String(property), member.bind(target) as Method) : member;
    },
  });
}
