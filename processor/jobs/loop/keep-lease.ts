import type { Progress, WorkOrder } from "../../../shared/application/protocols/job-protocol.ts";
import type { JobClient } from "../../adapters/job-client.ts";
import { LeaseLostError } from "../../adapters/job-client-errors.ts";
import type { Logger } from "../../log.ts";

type Keeping = {
  readonly client: Pick<JobClient, "heartbeat">;
  readonly heartbeatMs: number;
  readonly latest: () => Progress;
  /** The job was taken from its holder. No heartbeat follows. */
  readonly onLost: (by: "cancelled" | "lease-lost") => void;
  readonly log: Logger;
};

export type KeptLease = {
  /** Resolves when no heartbeat is under way; none follows. */
  stop(): Promise<void>;
};

/** Heartbeats on their own timer, independent of what the job does, also while its result is being recorded. */
export function keepLease(order: WorkOrder, { client, heartbeatMs, latest, onLost, log }: Keeping): KeptLease {
  const stopped = new AbortController();
  let beating: Promise<void> | null = null;
  const lost = (by: "cancelled" | "lease-lost") => {
    clearInterval(timer);
    onLost(by);
  };
  const beat = async () => {
    try {
      const { cancel } = await client.heartbeat(order, latest(), stopped.signal);
      if (cancel) lost("cancelled");
    } catch (error) {
      if (error instanceof LeaseLostError) lost("lease-lost");
      // A Worker that does not answer does not end the job: the lease may still be valid when it returns.
      else if (!stopped.signal.aborted) log.warn({ err: error }, "heartbeat failed");
    }
  };
  const timer = setInterval(
    () => {
      beating ??= beat().finally(() => {
        beating = null;
      });
    },
    intervalWithin(order.leaseMs, heartbeatMs),
  );
  return {
    stop: async () => {
      clearInterval(timer);
      stopped.abort(new Error("the job has ended"));
      await beating;
    },
  };
}

/** A lease must outlast one heartbeat that gets lost: an interval of half of it or more is shortened to a third. */
export function intervalWithin(leaseMs: number, heartbeatMs: number): number {
  return Math.max(1, heartbeatMs * 2 < leaseMs ? heartbeatMs : Math.floor(leaseMs / 3));
}
