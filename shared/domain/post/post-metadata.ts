/** Values of the site that created the post, by name. The service echoes and never interprets them. */
export type PostMetadata = Readonly<Record<string, string>>;

export const METADATA_LIMITS = {
  entries: 20,
  /** Of a name: letters, digits, `_`, `.` and `-`. */
  name: /^[A-Za-z0-9_.-]{1,40}$/,
  valueCharacters: 500,
  /** Of names and values together, in UTF-8. A webhook of less than 20 kB carries them. */
  bytes: 4096,
} as const;

/** A webhook header or a query parameter of the site holds it. */
export const PASSTHROUGH_BYTES = 255;

const encoder = new TextEncoder();

export function bytesOf(text: string): number {
  return encoder.encode(text).byteLength;
}

/** The first violation of METADATA_LIMITS, or null. */
export function metadataProblem(metadata: PostMetadata): string | null {
  const entries = Object.entries(metadata);
  if (!entries.every(([name]) => METADATA_LIMITS.name.test(name)))
    return "a name must have 1 to 40 letters, digits, dots, dashes and underscores";
  if (entries.length > METADATA_LIMITS.entries) return `must have at most ${METADATA_LIMITS.entries} entries`;
  const bytes = entries.reduce((sum, [name, value]) => sum + bytesOf(name) + bytesOf(value), 0);
  return bytes > METADATA_LIMITS.bytes ? `must have at most ${METADATA_LIMITS.bytes} bytes, not ${bytes}` : null;
}
