import * as z from "zod";
import { QUEUES } from "../../../queues/messages.ts";
import { defineRoute } from "../../definition.ts";
import { millis } from "../shapes.ts";

const ADMIN = { kind: "scope", scope: "admin" } as const;
const TAG = "Diagnostics";

export const SECRET_WEAKNESSES = ["repetitive", "sequence", "readable", "reused"] as const;

const diagnosticsSchema = z
  .object({
    version: z.string(),
    serverTime: millis,
    database: z.enum(["d1", "postgres"]),
    /** `failing`: it is there and does not answer; `detail` is its error. */
    bindings: z.array(
      z.object({
        name: z.string(),
        required: z.boolean(),
        state: z.enum(["working", "present", "failing", "missing"]),
        detail: z.string().nullable(),
      }),
    ),
    /** Names of migrations. `applied` is null where neither wrangler nor `ladderlock migrate` applied them. */
    migrations: z.object({
      newest: z.string(),
      applied: z.int().nullable(),
      missing: z.array(z.string()),
      unknown: z.array(z.string()),
    }),
    cronLastRunAt: millis.nullable(),
    /** When the consumer of each queue last handled a probe. */
    queues: z.array(z.object({ binding: z.enum(QUEUES), lastProbeAt: millis.nullable() })),
    processors: z.object({
      lastSeenAt: millis.nullable(),
      /** Holders of running jobs. */
      working: z.array(z.string()),
      /** Jobs that are due and that nobody has claimed; at most 100 are counted. */
      waiting: z.int(),
      waitingSince: millis.nullable(),
    }),
    /** Never a value: only what is wrong with it. */
    secrets: z.array(z.object({ name: z.string(), weakness: z.enum(SECRET_WEAKNESSES).nullable() })),
    playback: z.object({
      baseUrl: z.string().nullable(),
      /** The key of some segment in the PLAYBACK bucket; null while it has none. */
      sampleSegment: z.string().nullable(),
    }),
    demoViewers: z.boolean(),
  })
  .meta({ id: "Diagnostics", description: "Times are milliseconds since the epoch." });
export type Diagnostics = z.output<typeof diagnosticsSchema>;

export const readDiagnostics = defineRoute({
  method: "GET",
  path: "/admin/diagnostics",
  operationId: "readDiagnostics",
  tag: TAG,
  summary: "Reports facts about the deployment that only the Worker knows; `ladderlock doctor` interprets them",
  access: ADMIN,
  responses: { 200: { description: "Facts, without a judgement", schema: diagnosticsSchema } },
  problems: [],
});

export const probeQueues = defineRoute({
  method: "POST",
  path: "/admin/diagnostics/probes",
  operationId: "probeQueues",
  tag: TAG,
  summary: "Sends a message through each queue; its arrival shows as `lastProbeAt`",
  access: ADMIN,
  audit: "diagnostics.probe",
  responses: {
    202: {
      description: "When the messages were sent, and the queues that refused theirs",
      schema: z.object({ sentAt: millis, refused: z.array(z.enum(QUEUES)) }),
    },
  },
  problems: [],
});
