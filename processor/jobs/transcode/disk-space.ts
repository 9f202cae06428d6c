import type { WorkRoot } from "../../adapters/work-directory.ts";
import { RetryableError } from "../../retryable-error.ts";

/** Segments that are finished and wait for their upload; the rest of a ladder need not stay on disk. */
const SEGMENTS_IN_FLIGHT_BYTES = 256 * 2 ** 20;

/**
 * A source must fit on the disk whole, and so must sound that is decoded beforehand; its ladder need not. Throws
 * RetryableError: another processor may have the room, or this one when its other jobs are done.
 */
export function requireRoomFor(
  workRoot: Pick<WorkRoot, "makeRoom" | "roomBytes">,
  what: "source" | "decoded sound" = "source",
): (bytes: number) => Promise<void> {
  return async (bytes) => {
    const needed = bytes + SEGMENTS_IN_FLIGHT_BYTES;
    if (await workRoot.makeRoom(needed)) return;
    const room = Math.max(0, await workRoot.roomBytes());
    throw new RetryableError(
      "disk-full",
      `The processor has no room for the ${what}: ${gibibytes(needed)} are needed and ${gibibytes(room)} are free.`,
    );
  };
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
