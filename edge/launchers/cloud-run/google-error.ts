import * as z from "zod";
import type { PlatformReply } from "../platform-call.ts";

/** Errors of the API; `status` is a code of google.rpc. */
const apiError = z.object({ error: z.object({ message: z.string().optional(), status: z.string().optional() }) });

/** Errors of the token endpoint (RFC 6749 5.2). */
const tokenError = z.object({ error: z.string(), error_description: z.string().optional() });

export type GoogleError = { readonly status: string; readonly words: string; readonly isCapacity: boolean };

/** A quota of requests passes in a minute; these words are about room for containers. */
const CAPACITY_WORDS =
  /no available (?:instance|capacity)|insufficient (?:capacity|resources)|out of capacity|not have enough resources|quota.*(?:CPU|memory|executions)/i;

export function googleError({ body }: Pick<PlatformReply, "body">): GoogleError {
  const ofApi = apiError.safeParse(body);
  if (ofApi.success) {
    const { message = "", status = "" } = ofApi.data.error;
    const words = status === "" ? message : `${status}: ${message}`;
    return { status, words, isCapacity: CAPACITY_WORDS.test(message) };
  }
  const ofToken = tokenError.safeParse(body);
  const words = ofToken.success ? Object.values(ofToken.data).join(": ") : typeof body === "string" ? body : "";
  return { status: "", words, isCapacity: false };
}
