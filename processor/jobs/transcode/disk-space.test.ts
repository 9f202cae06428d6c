import { describe, expect, it } from "vitest";
import { RetryableError } from "../../retryable-error.ts";
import { requireRoomFor } from "./disk-space.ts";

const disk = (room: number) => ({ makeRoom: async (bytes: number) => bytes <= room, roomBytes: async () => room });

describe("a source", () => {
  it("fits with the segments that are on their way", async () => {
    await expect(requireRoomFor(disk(5 * 2 ** 30))(4 * 2 ** 30)).resolves.toBeUndefined();
  });

  it("fails with a retryable error that has figures when it does not fit", async () => {
    await expect(requireRoomFor(disk(4 * 2 ** 30))(4 * 2 ** 30)).rejects.toThrow(
      new RetryableError(
        "disk-full",
        "The processor has no room for the source: 4.3 GiB are needed and 4.0 GiB are free.",
      ),
    );
  });
});
