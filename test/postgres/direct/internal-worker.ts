import { timingSafeEqual } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { Persistence } from "../../../shared/application/persistence.ts";
import type { JobRules } from "../../../shared/domain/job/transcode-job.ts";
import type { InternalWorker } from "./internal-worker-type.ts";

// workerd has it here, Node in a module.
Object.assign(crypto.subtle, {
  timingSafeEqual: (a: ArrayBuffer, b: ArrayBuffer) => timingSafeEqual(new Uint8Array(a), new Uint8Array(b)),
});

type Start = (persistence: Persistence, now: () => number, rules?: JobRules) => InternalWorker;

/** By a name that the compiler does not follow: the code of the edge has types that programs of Node do not have. */
const MODULE = fileURLToPath(new URL("../../workerd/support/internal-worker.ts", import.meta.url));

export const { startInternalWorker } = (await import(MODULE)) as { readonly startInternalWorker: Start };
