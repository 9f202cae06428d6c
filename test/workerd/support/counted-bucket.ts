import { testEnv } from "./test-env.ts";

/** R2 whose reads are counted, and whose bodies a test may break. */
export function countedBucket() {
  const reads: string[] = [];
  let isCut = false;
  const binding = new Proxy(testEnv.PLAYBACK, {
    get(bucket, method: "get" | "head") {
      return async (name: string, options?: R2GetOptions & { onlyIf?: undefined }) => {
        reads.push(options?.range === undefined ? method : `${method} part`);
        const found = await bucket[method](name, options as never);
        return isCut && found !== null ? broken(found as R2ObjectBody) : found;
      };
    },
  });
  const cut = () => {
    isCut = true;
  };
  return { binding, cut, reads: () => reads.splice(0) };
}

/** An object whose body ends in an error after half of its bytes. */
function broken({ key, size, httpEtag }: R2ObjectBody): R2ObjectBody {
  let sent = 0;
  const body = new ReadableStream({
    pull(controller) {
      if (sent >= size / 2) return controller.error(new Error("R2 is away"));
      controller.enqueue(bytesOf(1000));
      sent += 1000;
    },
  });
  return { key, size, httpEtag, body } as R2ObjectBody;
}

/** The content of an object of this size. */
export const bytesOf = (size: number) =>
  Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8)) & 255);
