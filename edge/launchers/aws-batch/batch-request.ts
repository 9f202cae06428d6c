import { AwsV4Signer } from "aws4fetch";
import type { AwsBatch } from "../../settings/launchers/aws-batch-settings.ts";
import { type BatchError, batchError } from "./batch-error.ts";

export type BatchOperation = "SubmitJob" | "DescribeJobs" | "TerminateJob";

/** The used part of `fetch`. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export type BatchCall = Pick<AwsBatch, "endpoint" | "credentials"> & {
  readonly fetch: Fetch;
  readonly now: () => number;
};

export type BatchReply =
  | { readonly kind: "answered"; readonly body: unknown }
  | { readonly kind: "refused"; readonly error: BatchError };

/**
 * One signed request, sent once: SubmitJob has no client token, so a repetition is a second job. Throws where it
 * is unknown whether the request took effect.
 */
export async function requestBatch(
  call: BatchCall,
  region: string,
  operation: BatchOperation,
  input: unknown,
  signal: AbortSignal,
): Promise<BatchReply> {
  const { url, method, headers, body } = await signed(call, region, operation, JSON.stringify(input));
  const init = { method, headers, body, signal, redirect: "manual" } as RequestInit;
  const response = await call.fetch(url, init);
  const text = await response.text();
  if (response.status === 200) return { kind: "answered", body: parsed(text, operation) };
  const error = batchError(response, text, call.now());
  if (error.isCertain) return { kind: "refused", error };
  throw new Error(`AWS Batch answered ${response.status} to ${operation}: ${error.code}`);
}

async function signed(call: BatchCall, region: string, operation: BatchOperation, body: string) {
  const { accessKeyId, secretAccessKey, sessionToken } = call.credentials;
  const signer = new AwsV4Signer({
    ...{ method: "POST", url: `${endpointIn(region, call.endpoint)}/v1/${operation.toLowerCase()}`, body },
    headers: { "content-type": "application/json" },
    ...{ accessKeyId, secretAccessKey, service: "batch", region },
    ...(sessionToken === null ? {} : { sessionToken }),
    datetime: new Date(call.now()).toISOString().replaceAll(/[:-]|\.\d{3}/g, ""),
    // Signature Version 4 asks for the content type among the signed headers; the library leaves it out by default.
    allHeaders: true,
  });
  const { url, method, headers } = await signer.sign();
  return { url: String(url), method, headers: Object.fromEntries(headers.entries()), body };
}

/** The regions of China have another domain. */
function endpointIn(region: string, endpoint: string | null): string {
  if (endpoint !== null) return endpoint.replaceAll("{region}", region);
  return `https://batch.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
}

/** An unreadable answer of a request that was accepted is no certain one. */
function parsed(text: string, operation: BatchOperation): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`AWS Batch answered ${operation} with text that is no JSON`, { cause });
  }
}
