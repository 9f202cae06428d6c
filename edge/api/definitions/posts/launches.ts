import * as z from "zod";
import { LAUNCH_STATES } from "../../../../shared/domain/job/job-launch.ts";
import { cursorParameter, launchCursor } from "../../cursor.ts";
import { defineRoute } from "../../definition.ts";
import { nextCursor, wholeNumber } from "../shapes.ts";
import { launchSchema } from "./jobs.ts";

const listedLaunchSchema = launchSchema
  .extend({ runsJobId: z.string().describe("the job that its container works on") })
  .meta({ id: "ListedLaunch", description: "A container that was ordered for a job, in a list." });

export const listLaunches = defineRoute({
  method: "GET",
  path: "/api/v2/launches",
  operationId: "listLaunches",
  tag: "Jobs",
  summary: "Lists the launches of all jobs, or of one, by pages",
  access: { kind: "scope", scope: "posts:read" },
  query: z.strictObject({
    jobId: z.string().min(1).max(64).optional(),
    state: z.enum(LAUNCH_STATES).optional(),
    cursor: cursorParameter(launchCursor).optional(),
    limit: wholeNumber(1, 200).default(100),
  }),
  responses: {
    200: {
      description: "The newest launches first",
      schema: z.object({ items: z.array(listedLaunchSchema), nextCursor }),
    },
  },
  problems: [],
});
