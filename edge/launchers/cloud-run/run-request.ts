import type { LaunchOrder } from "../launcher.ts";

/** The job's own timeout is 600 s unless it says otherwise, too little for a film. */
const TIMEOUT = "21600s";

/** The body of `jobs:run`: what of the job's template is different for one launch. Its retries cannot be. */
export function runRequest(order: Pick<LaunchOrder, "jobId">, validateOnly: boolean) {
  return {
    ...(validateOnly ? { validateOnly } : {}),
    overrides: {
      containerOverrides: [{ args: ["run"], env: [{ name: "VIDEO_JOB_ID", value: order.jobId }] }],
      taskCount: 1,
      timeout: TIMEOUT,
    },
  };
}
