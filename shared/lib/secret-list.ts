import { base64Decode, base64UrlDecode } from "./base64.ts";

/** A secret with a name, so that it can be replaced while what the previous one signed or wrapped stays valid. */
export type NamedSecret = { readonly id: string; readonly bytes: Uint8Array<ArrayBuffer> };

/**
 * Reads `id:base64[,id:base64...]`. The first is current, the others are still accepted. Every secret has at least
 * `minimumBytes`. Throws an Error that says what is wrong, without the value.
 */
export function parseSecretList(text: string, minimumBytes: number): readonly [NamedSecret, ...NamedSecret[]] {
  const [current, ...previous] = text.split(",").map((entry) => parseSecret(entry.trim(), minimumBytes));
  if (current === undefined) throw new Error("the list is empty");
  const all = [current, ...previous] as const;
  if (new Set(all.map((secret) => secret.id)).size !== all.length) throw new Error("two entries have the same id");
  return all;
}

function parseSecret(entry: string, minimumBytes: number): NamedSecret {
  const match = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/_=-]+)$/.exec(entry);
  if (match === null) throw new Error("an entry is not of the form id:base64");
  const [, id, encoded] = match as unknown as [string, string, string];
  const bytes = decode(encoded);
  if (bytes === null) throw new Error(`the secret ${id} is not base64`);
  if (bytes.length < minimumBytes)
    throw new Error(`the secret ${id} has ${bytes.length} bytes, at least ${minimumBytes} are needed`);
  return { id, bytes };
}

function decode(encoded: string): Uint8Array<ArrayBuffer> | null {
  try {
    return /[-_]/.test(encoded) ? base64UrlDecode(encoded.replace(/=+$/, "")) : base64Decode(encoded);
  } catch {
    return null;
  }
}
