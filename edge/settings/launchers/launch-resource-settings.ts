import * as z from "zod";
import { JOB_KINDS } from "../../../shared/domain/job/transcode-job.ts";
import { wholeNumber } from "../setting-types.ts";

/** No platform has more in one container. */
const MOST = { vcpus: 96, memoryMib: 768 * 1024, diskGib: 16_384 };
const MOST_ROWS = 50;

const row = z.strictObject({
  kind: z.enum(JOB_KINDS).optional(),
  maxBytes: z.int().positive().optional(),
  maxSeconds: z.number().positive().optional(),
  maxPixels: z.int().positive().optional(),
  codecs: z.array(z.string().min(1).max(40)).min(1).max(20).optional(),
  vcpus: z.number().min(0.25).max(MOST.vcpus),
  memoryMib: z.int().min(512).max(MOST.memoryMib),
});

const FORM =
  'a JSON list of rows, such as [{"maxPixels":921600,"vcpus":2,"memoryMib":4096},{"vcpus":8,"memoryMib":16384}]';

const rows = z
  .string()
  .transform((text, check) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      check.addIssue({ code: "custom", message: FORM });
      return z.NEVER;
    }
  })
  .pipe(z.array(row, { error: FORM }).min(1).max(MOST_ROWS))
  .refine((all) => isUnconditional(all.at(-1)), "the last row must have no condition, so that every job has a row");

function isUnconditional(last: z.infer<typeof row> | undefined): boolean {
  const { vcpus: _, memoryMib: __, ...conditions } = last ?? {};
  return last !== undefined && Object.keys(conditions).length === 0;
}

/** What a container gets. docs/launchers.md explains the table. */
export const LAUNCH_RESOURCE_SETTINGS = {
  LAUNCH_RESOURCES: rows
    .optional()
    .describe(
      "JSON table of vCPU and memory by the facts of the source; without it the one of [launchers.md](launchers.md)",
    ),
  LAUNCH_MIN_DISK_GIB: wholeNumber(1, MOST.diskGib)
    .default(4)
    .describe("least disk of a container; with less, no source is launched"),
  LAUNCH_MAX_DISK_GIB: wholeNumber(1, MOST.diskGib)
    .default(100)
    .describe("most disk of a container; a source of unknown size gets as much of it as its platform has"),
};

type Given = { readonly LAUNCH_MIN_DISK_GIB: number; readonly LAUNCH_MAX_DISK_GIB: number };

export function hasDiskBounds({ LAUNCH_MIN_DISK_GIB: least, LAUNCH_MAX_DISK_GIB: most }: Given): boolean {
  return least <= most;
}
