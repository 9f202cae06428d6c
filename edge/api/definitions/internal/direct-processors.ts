import * as z from "zod";
import {
  leasedProgressSchema,
  leaseSchema,
  markQuerySchema,
  processorSettingsSchema,
  sourceSecretSchema,
} from "../../../../shared/application/protocols/direct-protocol.ts";
import {
  contentKeysSchema,
  deletedPrefixesSchema,
  prefixListSchema,
} from "../../../../shared/application/protocols/job-protocol.ts";
import { defineRoute } from "../../definition.ts";

/* Bodies are not strict here: a processor may be newer than the Worker. */

const TAG = "Processors";
const PROCESSOR = { kind: "processor" } as const;
const LEASE_PROBLEMS = ["lease-lost", "not-found", "deleted", "conflict", "wrong-state", "invalid"] as const;

export const processorSettings = defineRoute({
  method: "GET",
  path: "/internal/processor-settings",
  operationId: "processorSettings",
  tag: TAG,
  summary: "Returns the rules of jobs, and whether the processor is connected to the database of this Worker",
  access: PROCESSOR,
  query: markQuerySchema,
  responses: { 200: { description: "The settings", schema: processorSettingsSchema } },
  problems: [],
});

export const leasedSource = defineRoute({
  method: "POST",
  path: "/internal/leases/{jobId}/source",
  operationId: "leasedSource",
  tag: TAG,
  summary: "Returns the URL of a source, or the key of imported content, to the holder of the lease",
  access: PROCESSOR,
  body: leaseSchema,
  responses: { 200: { description: "The secret", schema: sourceSecretSchema } },
  problems: LEASE_PROBLEMS,
});

export const leasedKeys = defineRoute({
  method: "POST",
  path: "/internal/leases/{jobId}/keys",
  operationId: "leasedKeys",
  tag: TAG,
  summary: "Returns the content keys of an encrypt job to the holder of the lease",
  access: PROCESSOR,
  body: leaseSchema,
  responses: { 200: { description: "Unwrapped keys", schema: contentKeysSchema } },
  problems: LEASE_PROBLEMS,
});

export const leasedProgress = defineRoute({
  method: "POST",
  path: "/internal/leases/{jobId}/progress",
  operationId: "leasedProgress",
  tag: TAG,
  summary: "Shows live progress of the holder of the lease, which is not stored",
  access: PROCESSOR,
  body: leasedProgressSchema,
  responses: { 204: { description: "Done" } },
  problems: LEASE_PROBLEMS,
});

export const deleteObjects = defineRoute({
  method: "POST",
  path: "/internal/objects/delete",
  operationId: "deleteObjects",
  tag: TAG,
  summary: "Queues the deletion of prefixes that nothing plays and no upload names",
  access: PROCESSOR,
  body: prefixListSchema,
  responses: { 200: { description: "Those that are queued", schema: deletedPrefixesSchema } },
  problems: [],
});

export const dispatchOutbox = defineRoute({
  method: "POST",
  path: "/internal/outbox/dispatch",
  operationId: "dispatchOutbox",
  tag: TAG,
  summary: "Starts the delivery of events that a processor has saved, and does not wait for it",
  access: PROCESSOR,
  body: z.looseObject({}),
  bodyIsOptional: true,
  responses: { 204: { description: "Started" } },
  problems: [],
});
