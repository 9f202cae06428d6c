export type FailingBucket = {
  readonly binding: R2Bucket;
  /** From now on every request ends like this; null ends it. */
  fail(fault: (() => Promise<never>) | null): void;
};

/** R2 that fails when a test wants it to. */
export function failingBucket(bucket: R2Bucket): FailingBucket {
  let fault: (() => Promise<never>) | null = null;
  const binding = new Proxy(bucket, {
    get(target, property) {
      if (fault !== null) return () => fault!();
      const member = Reflect.get(target, property) as unknown;
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  const fail = (next: typeof fault) => {
    fault = next;
  };
  return { binding, fail };
}
