/** Names of fields whose values are secrets wherever they stand: tokens, keys, credentials. */
const SECRET_NAME =
  /^(key|keys|credential|credentials|leaseToken|authorization|cookie|token|password|secret|.*(Token|Secret|secretAccessKey|accessKeyId))$/i;

const URL_QUERY = /(\bhttps?:\/\/[^\s"'<>?#]*)[?#][^\s"'<>]*/gi;
const URL_USER = /(\bhttps?:\/\/)[^\s"'<>/?#@]*@/gi;
const BEARER = /\bbearer\s+[\w.~+/=-]+/gi;

/** Makes text and fields fit for a log. Built once with the secrets of this process, so that those go out by value. */
export type Redaction = {
  readonly text: (text: string) => string;
  readonly fields: (fields: Record<string, unknown>) => Record<string, unknown>;
};

const DEEPEST = 6;

export function createRedaction(secrets: readonly string[]): Redaction {
  const known = secrets.filter((secret) => secret.length >= 4);
  const text = (value: string) => {
    const plain = known.reduce((shown, secret) => shown.replaceAll(secret, "[redacted]"), value);
    return plain
      .replace(URL_USER, "$1[redacted]@")
      .replace(URL_QUERY, "$1?[redacted]")
      .replace(BEARER, "Bearer [redacted]");
  };
  const value = (item: unknown, depth: number): unknown => {
    if (typeof item === "string") return text(item);
    if (typeof item !== "object" || item === null) return item;
    if (depth > DEEPEST) return "[deep]";
    if (item instanceof Error) return error(item, depth);
    if (ArrayBuffer.isView(item)) return `[${item.byteLength} bytes]`;
    if (item instanceof URL) return text(item.href);
    if (Array.isArray(item)) return item.map((each) => value(each, depth + 1));
    return fields(item as Record<string, unknown>, depth + 1);
  };
  const fields = (record: Record<string, unknown>, depth: number) =>
    Object.fromEntries(
      Object.entries(record).map(([name, item]) => [
        name,
        SECRET_NAME.test(name) && item != null ? "[redacted]" : value(item, depth),
      ]),
    );
  // Only these four: SDK errors carry the whole request, headers included, as further fields.
  const error = (fault: Error, depth: number) => ({
    type: fault.name,
    message: text(fault.message),
    ...(fault.stack === undefined ? {} : { stack: text(fault.stack) }),
    ...(fault.cause === undefined ? {} : { cause: value(fault.cause, depth + 1) }),
  });
  return { text, fields: (record) => fields(record, 0) };
}
