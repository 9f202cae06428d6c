import { expect } from "vitest";

/** Retry-After of whatever passes: 1 to 8 seconds, different for each response. */
export const RETRY_AFTER: unknown = expect.stringMatching(/^[1-8]$/);
