import { lookup as systemLookup } from "node:dns";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { isPublicAddress } from "../../shared/lib/public-address.ts";

/** Resolves a name, and decides which addresses may be connected to. */
export type AddressGuard = {
  readonly lookup: typeof systemLookup;
  readonly isAllowed: (address: string) => boolean;
};

export const PUBLIC_INTERNET: AddressGuard = { lookup: systemLookup, isAllowed: isPublicAddress };

export type GuardedRequest = {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** `host:port` that may be asked although its address is not public. */
  readonly allowHosts: ReadonlySet<string>;
  readonly guard: AddressGuard;
  /** Milliseconds without a byte. */
  readonly idleMs: number;
  /** Milliseconds until the headers of the answer are there, however slowly they come. */
  readonly answerMs: number;
  readonly signal: AbortSignal;
};

/** The address that a name stands for may not be asked. A final answer, not a fault. */
export class ForbiddenAddressError extends Error {
  override readonly name = "ForbiddenAddressError";
}

/**
 * One GET, no redirect followed. The address is checked where the connection is made, so that a name cannot show one
 * address to the check and another to the connection.
 */
export async function guardedGet(input: GuardedRequest): Promise<IncomingMessage> {
  const { url, headers, guard, idleMs, answerMs, signal } = input;
  const exempt = input.allowHosts.has(`${url.hostname}:${portOf(url)}`);
  // A literal address is connected to without a look-up, so the look-up's check never sees it.
  const literal = url.hostname.replace(/^\[|\]$/g, "");
  if (!exempt && isIP(literal) && !guard.isAllowed(literal)) throw new ForbiddenAddressError("not a public address");
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = send(url, {
    method: "GET",
    headers: { ...headers, "accept-encoding": "identity", "user-agent": "ladderlock" },
    // No agent: a kept connection would have been checked for another request, and proxies from the environment are
    // not asked.
    agent: false,
    timeout: idleMs,
    signal,
    ...(exempt ? {} : { lookup: checkedLookup(guard) }),
  });
  const late = setTimeout(() => request.destroy(new Error("the source did not answer in time")), answerMs);
  request.on("timeout", () => request.destroy(new Error("the source sent nothing for too long")));
  request.on("response", resolve);
  request.on("error", reject);
  request.end();
  return promise.finally(() => clearTimeout(late));
}

function portOf(url: URL): string {
  return url.port || (url.protocol === "https:" ? "443" : "80");
}

/** Refuses a name as soon as one of its addresses is not public: such a name is up to something. */
function checkedLookup({ lookup, isAllowed }: AddressGuard): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      if (addresses.length === 0 || !addresses.every(({ address }) => isAllowed(address))) {
        return callback(new ForbiddenAddressError("not a public address"), []);
      }
      if (options.all) return callback(null, addresses);
      const [{ address, family }] = addresses as [(typeof addresses)[number]];
      callback(null, address, family);
    });
  };
}
