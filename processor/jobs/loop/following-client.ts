import type { JobClient } from "../../adapters/job-client.ts";

export type FollowingClient = {
  readonly client: JobClient;
  /** The encrypt job that a recorded transcode result was answered with; null before that, and where none waits. */
  readonly encryptJobId: () => string | null;
};

/** The client of a process that continues with the encrypt job of its part, and says so with the transcode result. */
export function followingClient(client: JobClient, stop: AbortSignal): FollowingClient {
  let encryptJobId: string | null = null;
  return {
    client: {
      ...client,
      recordTranscode: async (held, report, signal) => {
        // A process that stops leaves the encrypt job to another: that one need not wait.
        const reply = await client.recordTranscode(held, { ...report, followsUp: !stop.aborted }, signal);
        encryptJobId = reply.encryptJobId;
        return reply;
      },
    },
    encryptJobId: () => encryptJobId,
  };
}
