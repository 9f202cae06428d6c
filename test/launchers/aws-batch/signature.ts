import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/*
 * Signature Version 4 as AWS publishes it, written without the library of the launcher:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */

export type SignedRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

export type AcceptedKey = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
};

const FORM =
  /^AWS4-HMAC-SHA256 Credential=([^/\s]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;
const CLOCK_MS = 5 * 60_000;

export type Refusal = { readonly code: string; readonly message: string };

/** Null where the request is signed for the service and the region with the key. */
export function signatureProblem(
  request: SignedRequest,
  key: AcceptedKey,
  expected: { service: string; regions: readonly string[]; now: number },
): Refusal | null {
  const { headers } = request;
  const [, accessKeyId, day, region, service, signedHeaders, signature] = FORM.exec(headers.authorization ?? "") ?? [];
  const date = String(headers["x-amz-date"] ?? "");
  if (signature === undefined) return refusal("MissingAuthenticationTokenException", "Missing Authentication Token");
  if (accessKeyId !== key.accessKeyId)
    return refusal("UnrecognizedClientException", "The security token included in the request is invalid.");
  if ((headers["x-amz-security-token"] ?? null) !== key.sessionToken)
    return refusal("UnrecognizedClientException", "The security token included in the request is invalid.");
  const scopeIsRight = service === expected.service && expected.regions.includes(region!) && date.slice(0, 8) === day;
  if (!scopeIsRight) return refusal("InvalidSignatureException", `Credential should be scoped to ${expected.service}`);
  const names = signedHeaders!.split(";");
  const mustBeSigned = Object.keys(headers).filter((name) => /^(?:host|content-type|x-amz-.*)$/.test(name));
  if (!mustBeSigned.every((name) => names.includes(name)))
    return refusal("InvalidSignatureException", "host, content-type and x-amz-* must be signed");
  const canonical = canonicalRequest(request, names);
  if (Math.abs(timeOf(date) - expected.now) > CLOCK_MS)
    return refusal("InvalidSignatureException", `Signature expired: ${date}`);
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n");
  const parts = [day!, region!, service!, "aws4_request"];
  const signingKey = parts.reduce<Buffer | string>((with_, part) => hmac(with_, part), `AWS4${key.secretAccessKey}`);
  const isRight = timingSafeEqual(hmac(signingKey, text), Buffer.from(signature, "hex"));
  // AWS repeats the canonical request, with the session token in it.
  return isRight ? null : refusal("InvalidSignatureException", `The Canonical String should have been '${canonical}'`);
}

function canonicalRequest({ method, path, headers, body }: SignedRequest, names: readonly string[]): string {
  const [pathname = "/", query = ""] = path.split("?");
  const lines = names.map(
    (name) =>
      `${name}:${String(headers[name] ?? "")
        .trim()
        .replaceAll(/\s+/g, " ")}\n`,
  );
  const sortedQuery = query.split("&").toSorted().join("&");
  // Paths of services other than S3 are encoded twice.
  const encodedPath = pathname.split("/").map(encodeURIComponent).join("/");
  return [method, encodedPath, sortedQuery, lines.join(""), names.join(";"), sha256(body)].join("\n");
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: Buffer | string, text: string) => createHmac("sha256", key).update(text).digest();
const refusal = (code: string, message: string): Refusal => ({ code, message });

function timeOf(date: string): number {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  return Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
}
