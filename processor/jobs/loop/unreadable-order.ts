import type { UnreadableOrder } from "../../../shared/application/job-service/job-service.ts";
import type { HeldJobDependencies } from "./run-claimed-job.ts";

/**
 * The job fails at once, by its id: claimed again, it would be as unreadable, and others would wait behind it. Where
 * not even that reaches the Worker, the lease runs out.
 */
export async function failUnreadable(
  { jobId, credential, problem }: UnreadableOrder,
  { client, log }: Pick<HeldJobDependencies, "client" | "log">,
  signal: AbortSignal,
): Promise<void> {
  log.error({ jobId, problem }, "the work order cannot be read");
  const reason = `This processor cannot read the work order (${problem}). Start a processor of the Worker's release.`;
  try {
    await client.fail(
      { jobId, credential },
      { code: "processor-outdated", reason: reason.slice(0, 1000), permanent: true },
      signal,
    );
  } catch (error) {
    log.error({ err: error, jobId }, "could not report the failure");
  }
}
