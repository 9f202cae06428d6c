import * as z from "zod";

export type BatchError = {
  /** As AWS names it, for example ClientException. */
  readonly code: string;
  /** What AWS says, fit for people. */
  readonly message: string;
  readonly isThrottling: boolean;
  readonly retryAfterSeconds: number | null;
  /** Whether the request certainly had no effect. */
  readonly isCertain: boolean;
};

const bodySchema = z.object({
  message: z.string().optional().catch(undefined),
  Message: z.string().optional().catch(undefined),
  __type: z.string().optional().catch(undefined),
  code: z.string().optional().catch(undefined),
});

const THROTTLING = new Set([
  "Throttling",
  "ThrottlingException",
  "ThrottledException",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
]);

/** Their messages repeat the request that was signed, with the session token. */
const OF_SIGNATURES = new Set([
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
  "IncompleteSignatureException",
  "IncompleteSignature",
]);

const LONGEST_MESSAGE = 500;
const LONGEST_RETRY_AFTER_SECONDS = 3600;

/** What a response other than 200 means. AWS names the error in a header, or in the body. */
export function batchError(response: Response, text: string, now: number): BatchError {
  const body = bodyOf(text);
  const named = response.headers.get("x-amzn-errortype") ?? body.__type ?? body.code ?? "";
  // Forms: `Name`, `Name:http://...` and `namespace#Name`.
  const code = (named.split(":")[0]?.split("#").at(-1) || `status ${response.status}`).slice(0, 100);
  const isThrottling = response.status === 429 || THROTTLING.has(code);
  const isRefusal = response.status >= 400 && response.status < 500 && response.status !== 408;
  return {
    code,
    message: messageOf(code, body.message ?? body.Message ?? ""),
    isThrottling,
    retryAfterSeconds: retryAfter(response.headers.get("retry-after"), now),
    isCertain: isThrottling || isRefusal,
  };
}

function messageOf(code: string, message: string): string {
  if (OF_SIGNATURES.has(code))
    return `${code}: AWS does not accept the signature. Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and the region.`;
  return `${code}: ${message}`.slice(0, LONGEST_MESSAGE);
}

function bodyOf(text: string): z.infer<typeof bodySchema> {
  try {
    return bodySchema.safeParse(JSON.parse(text)).data ?? {};
  } catch {
    // A proxy in between answers with a page.
    return {};
  }
}

/** RFC 9110 10.2.3: seconds or a date. */
function retryAfter(value: string | null, now: number): number | null {
  if (value === null) return null;
  const seconds = /^\d+$/.test(value) ? Number(value) : Math.ceil((Date.parse(value) - now) / 1000);
  return Number.isNaN(seconds) ? null : Math.min(Math.max(seconds, 0), LONGEST_RETRY_AFTER_SECONDS);
}
