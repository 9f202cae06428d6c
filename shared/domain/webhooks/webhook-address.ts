import { isAddress, isPublicAddress } from "../../lib/public-address.ts";

/** `public`: https at public names and addresses. `any`: for development, also http and this machine. */
export const WEBHOOK_ADDRESS_RULES = ["public", "any"] as const;
export type WebhookAddressRule = (typeof WEBHOOK_ADDRESS_RULES)[number];

export const LONGEST_WEBHOOK_URL = 2000;

/** The default port of https and the one beside it that public web servers use. */
const PORTS: readonly string[] = ["", "8443"];

/** Names that never lead to a public machine (RFC 6761, RFC 6762, RFC 8375, RFC 9476, and those of cloud providers). */
const LOCAL_NAME = /(^|\.)(localhost|localdomain|local|internal|intranet|lan|home|corp|private|alt|arpa|test|invalid)$/;

/** Why an endpoint cannot have this address; null if it can. A name may still resolve to a private address. */
export function webhookAddressProblem(text: string, rule: WebhookAddressRule): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return "is not an https URL";
  if (text.length > LONGEST_WEBHOOK_URL) return `is longer than ${LONGEST_WEBHOOK_URL} characters`;
  if (url.username !== "" || url.password !== "") return "must not contain credentials; verify the signature instead";
  if (url.hash !== "") return "must not have a fragment";
  return rule === "any" ? null : publicProblem(url);
}

function publicProblem({ protocol, port, hostname }: URL): string | null {
  if (protocol !== "https:") return "must begin with https://";
  if (!PORTS.includes(port)) return "must have port 443 or 8443";
  return isPublicHost(hostname) ? null : "must be a public host; private, local and reserved addresses are refused";
}

/** The URL parser has written addresses in their full form, whatever form they were given in. */
function isPublicHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (isAddress(host)) return isPublicAddress(host);
  const name = host.replace(/\.+$/, "");
  return name.includes(".") && !LOCAL_NAME.test(name);
}
