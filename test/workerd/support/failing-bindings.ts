/* Bindings that are real until something happens to them: then every request to them fails in the way that is set. */

type Fault = () => Promise<never>;

export type FailingBinding<Binding> = {
  readonly binding: Binding;
  /** From now on every request ends like this; null to be well again. */
  fail(fault: Fault | null): void;
};

export function throws(message: string): Fault {
  return () => Promise.reject(new Error(message, { cause: new Error(message.replace(/^D1_ERROR: /, "")) }));
}

/** No answer at all. */
export function hangs(): Promise<never> {
  return new Promise(() => {});
}

export function failingDatabase(db: D1Database): FailingBinding<D1Database> {
  let fault: Fault | null = null;
  /** Statements are made without asking; only sending them fails, as it is with D1. */
  const statement = (): object => ({
    bind: () => statement(),
    run: () => fault!(),
    all: () => fault!(),
    first: () => fault!(),
    raw: () => fault!(),
  });
  const binding = new Proxy(db, {
    get(target, property) {
      if (fault !== null && property === "prepare") return () => statement();
      if (fault !== null && ["batch", "exec", "dump"].includes(String(property))) return () => fault!();
      const member = Reflect.get(target, property) as unknown;
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  const fail = (next: Fault | null) => {
    fault = next;
  };
  return { binding, fail };
}

export function failingBucket(bucket: R2Bucket): FailingBinding<R2Bucket> {
  let fault: Fault | null = null;
  const binding = new Proxy(bucket, {
    get(target, property) {
      if (fault !== null) return () => fault!();
      const member = Reflect.get(target, property) as unknown;
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  const fail = (next: Fault | null) => {
    fault = next;
  };
  return { binding, fail };
}
