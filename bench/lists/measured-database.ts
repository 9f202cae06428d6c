type Meta = { readonly duration: number; readonly rows_read: number; readonly rows_written: number };
type Result = { readonly meta: Meta };

/** What the statements since the last call took in the database. */
export type Taken = { readonly milliseconds: number; readonly rowsRead: number; readonly rowsWritten: number };

type Method = (...args: unknown[]) => unknown;
/** The statements in these wrappers, which a batch needs. */
const inner = new WeakMap<object, object>();

/** The binding, with the sums of the meta of every result. */
export function measuredDatabase<Database extends object>(real: Database): { db: Database; taken(): Taken } {
  let metas: Meta[] = [];
  const note = <T>(answer: T): T => {
    for (const result of [answer].flat() as Partial<Result>[]) if (result?.meta !== undefined) metas.push(result.meta);
    return answer;
  };
  const wrapStatement = (statement: object): object => {
    const wrapped = new Proxy(statement, {
      get: (target, name) => {
        const member = Reflect.get(target, name) as Method;
        if (name === "bind") return (...values: unknown[]) => wrapStatement(member.apply(target, values) as object);
        if (name !== "all" && name !== "run") return member;
        return async (...args: unknown[]) => note(await member.apply(target, args));
      },
    });
    inner.set(wrapped, statement);
    return wrapped;
  };
  const db = new Proxy(real, {
    get: (target, name) => {
      const member = Reflect.get(target, name) as Method;
      if (name === "prepare") return (text: string) => wrapStatement(member.call(target, text) as object);
      if (name !== "batch") return member;
      return async (list: object[]) =>
        note(
          await member.call(
            target,
            list.map((one) => inner.get(one) ?? one),
          ),
        );
    },
  });
  const taken = (): Taken => {
    const of = (name: keyof Meta) => metas.reduce((sum, meta) => sum + meta[name], 0);
    const sums = { milliseconds: of("duration"), rowsRead: of("rows_read"), rowsWritten: of("rows_written") };
    metas = [];
    return sums;
  };
  return { db, taken };
}
