import * as z from "zod";
import { leaseTokenSchema, progressSchema } from "./job-protocol.ts";

/*
 * What a processor that is connected to the database asks the Worker for: settings and secrets that only the Worker has,
 * and its queues and Durable Objects. Each request has the processors' shared secret as bearer token. For those about a
 * lease, the Worker checks in the database that the lease holds the job and that the job is running.
 *
 *   GET  /internal/processor-settings?mark=     -> 200 ProcessorSettings
 *   POST /internal/leases/{jobId}/source        Lease -> 200 SourceSecret
 *   POST /internal/leases/{jobId}/keys          Lease -> 200 ContentKeys
 *   POST /internal/leases/{jobId}/progress      LeasedProgress -> 204
 *   POST /internal/objects/delete               PrefixList -> 200 DeletedPrefixes
 *   POST /internal/outbox/dispatch              -> 204
 */

/** Two integers of 32 bits identify an advisory lock; a mark is the second one. */
export const LARGEST_MARK = 2 ** 31 - 1;

export const markQuerySchema = z.strictObject({
  /** Of a lock that the processor holds in its database while it asks. */
  mark: z.coerce.number().int().min(0).max(LARGEST_MARK),
});

export const processorSettingsSchema = z.object({
  /** Whether the Worker sees the mark in its own database. `d1`: that is no Postgres. */
  database: z.enum(["same", "other", "d1"]),
  rules: z.object({
    leaseMs: z.int().positive(),
    maxAttempts: z.int().positive(),
    firstBackoffMs: z.int().min(0),
    longestBackoffMs: z.int().min(0),
    /** Null where no container is launched, and from a Worker of an earlier release. */
    followUpMs: z.int().min(0).nullable().default(null),
  }),
  keyGraceSeconds: z.int().min(0),
  rekeyMaxInFlight: z.int().positive(),
});
export type ProcessorSettings = z.infer<typeof processorSettingsSchema>;

export const leaseSchema = z.object({ leaseToken: leaseTokenSchema });

export const leasedProgressSchema = leaseSchema.extend({ progress: progressSchema });

/** The URL of the source, or the one key of imported content in base64. Null if it is no longer stored. Never logged. */
export const sourceSecretSchema = z.object({ secret: z.string().nullable() });
