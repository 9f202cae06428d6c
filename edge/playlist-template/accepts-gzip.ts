/**
 * Whether an Accept-Encoding header allows gzip (RFC 9110 12.5.3): as gzip, x-gzip, or `*` if neither is named; a
 * weight of 0 forbids it. A missing header means "anything" in the RFC but comes from clients that do not decode, so it
 * is a no, as is a malformed weight.
 */
export function acceptsGzip(header: string | null | undefined): boolean {
  if (!header) return false;
  let byWildcard = false;
  for (const element of header.toLowerCase().split(",")) {
    const [coding = "", ...parameters] = element.split(";").map((part) => part.trim());
    if (coding === "gzip" || coding === "x-gzip") return hasWeight(parameters);
    if (coding === "*") byWildcard = hasWeight(parameters);
  }
  return byWildcard;
}

/** RFC 9110 12.4.2: without a weight it is 1; at most three decimals, from 0 to 1. */
function hasWeight(parameters: readonly string[]): boolean {
  const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? "1";
  return /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) && Number(weight) > 0;
}
