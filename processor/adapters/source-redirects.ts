import type { IncomingMessage } from "node:http";
import { type Refusal, refuse } from "../media/refusal.ts";
import { type GuardedRequest, guardedGet } from "./guarded-request.ts";

const MOST_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];

export type Followed = { readonly kind: "answered"; readonly response: IncomingMessage } | Refusal;

/** The answer at the end of a chain of redirects, each of which is checked like the first address. */
export async function getFollowing(url: string, request: Omit<GuardedRequest, "url">): Promise<Followed> {
  let target = startOf(url);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    if ("reason" in target) return target;
    const response = await guardedGet({ ...request, url: target });
    const location = REDIRECTS.includes(response.statusCode ?? 0) ? response.headers.location : undefined;
    if (location === undefined) return { kind: "answered", response };
    response.destroy();
    target = redirectTarget(target, location);
  }
  return refuse(
    "source-not-served",
    `The source's address redirects more than ${MOST_REDIRECTS} times. Use the address of the file itself.`,
  );
}

function startOf(url: string): URL | Refusal {
  if (!URL.canParse(url))
    return refuse("source-address-refused", "The source's address is not a URL. Check it for missing parts.");
  const target = new URL(url);
  return isHttp(target)
    ? target
    : refuse("source-address-refused", "A source is fetched over http or https only. Upload the file instead.");
}

/** Where a redirect leads. A request over https does not continue over http, where any host on the path could answer. */
export function redirectTarget(from: URL, location: string): URL | Refusal {
  if (!URL.canParse(location, from))
    return refuse("source-address-refused", "The source's address redirects to what is not a URL.");
  const target = new URL(location, from);
  if (!isHttp(target))
    return refuse("source-address-refused", "The source's address redirects to what is neither http nor https.");
  if (from.protocol === "https:" && target.protocol === "http:") {
    return refuse(
      "source-address-refused",
      "The source's address redirects from https to http, which is not safe. Use an https address.",
    );
  }
  return target;
}

function isHttp({ protocol }: URL): boolean {
  return protocol === "http:" || protocol === "https:";
}
