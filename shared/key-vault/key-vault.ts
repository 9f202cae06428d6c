import { base64Decode, base64Encode } from "../lib/base64.ts";
import type { NamedSecret } from "../lib/secret-list.ts";

/** The owner of a wrapped key, which is bound in: a row that is moved or edited does not unwrap. */
export type KeyBinding = { readonly fileId: string; readonly quality: string; readonly keyVersion: number };

/** The owner and the purpose of a wrapped text. */
export type TextBinding =
  | { readonly fileId: string; readonly purpose: "source-url" }
  | { readonly requestId: string; readonly purpose: "answer" }
  | { readonly secretId: string; readonly purpose: "webhook-secret" };

export type WrappedText = { readonly kekId: string; readonly wrappedText: string };

export type WrappedKey = { readonly kekId: string; readonly wrappedKey: string };

export interface KeyVault {
  /** The key-encryption key that wraps; the others still unwrap. */
  readonly currentKekId: string;
  readonly formerKekIds: readonly string[];
  /** AES-128 content key (16 bytes) -> base64 of nonce, ciphertext and tag, under the current key-encryption key. */
  wrap(contentKey: Uint8Array<ArrayBuffer>, binding: KeyBinding): Promise<WrappedKey>;
  /** Throws if the key-encryption key is unknown or anything was changed. */
  unwrap(wrapped: WrappedKey, binding: KeyBinding): Promise<Uint8Array<ArrayBuffer>>;
  /** The same for a text that may hold a password: UTF-8 -> base64 of nonce, ciphertext and tag. */
  wrapText(text: string, binding: TextBinding): Promise<WrappedText>;
  unwrapText(wrapped: WrappedText, binding: TextBinding): Promise<string>;
}

export const CONTENT_KEY_BYTES = 16;
/** 96 bits: the nonce length that GCM is made for (NIST SP 800-38D 5.2.1.1), drawn at random for each wrap. */
const NONCE_BYTES = 12;
const KEK_BYTES = 32;

const encoder = new TextEncoder();

/** AES-256-GCM (NIST SP 800-38D) under key-encryption keys of 32 bytes; the first wraps, all unwrap. */
export function createKeyVault(keks: readonly [NamedSecret, ...NamedSecret[]]): KeyVault {
  const odd = keks.find((kek) => kek.bytes.length !== KEK_BYTES);
  if (odd !== undefined)
    throw new Error(`the key-encryption key ${odd.id} has ${odd.bytes.length} bytes, not ${KEK_BYTES}`);
  // Keys, not promises: a promise belongs to the request that created it, and other requests waiting for it may hang.
  const imported = new Map<string, CryptoKey>();
  const importedKey = async (kek: NamedSecret) => {
    const key = imported.get(kek.id) ?? (await importKek(kek));
    imported.set(kek.id, key);
    return key;
  };
  const open = async (kekId: string, text: string, bound: readonly unknown[]) => {
    const kek = keks.find((known) => known.id === kekId);
    if (kek === undefined) throw new Error(`the key-encryption key ${kekId} is not configured`);
    const joined = base64Decode(text);
    const parameters = gcm(joined.subarray(0, NONCE_BYTES), bound);
    return crypto.subtle.decrypt(parameters, await importedKey(kek), joined.subarray(NONCE_BYTES));
  };
  const seal = async (bytes: Uint8Array<ArrayBuffer>, bound: readonly unknown[]) => {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const sealed = await crypto.subtle.encrypt(gcm(nonce, bound), await importedKey(keks[0]), bytes);
    const joined = new Uint8Array(NONCE_BYTES + sealed.byteLength);
    joined.set(nonce);
    joined.set(new Uint8Array(sealed), NONCE_BYTES);
    return base64Encode(joined);
  };
  return {
    currentKekId: keks[0].id,
    formerKekIds: keks.slice(1).map(({ id }) => id),
    async wrap(contentKey, binding) {
      if (contentKey.length !== CONTENT_KEY_BYTES) throw new Error(`a content key has ${CONTENT_KEY_BYTES} bytes`);
      return { kekId: keks[0].id, wrappedKey: await seal(contentKey, boundKey(binding)) };
    },
    unwrap: async ({ kekId, wrappedKey }, binding) => new Uint8Array(await open(kekId, wrappedKey, boundKey(binding))),
    wrapText: async (text, binding) => ({
      kekId: keks[0].id,
      wrappedText: await seal(Uint8Array.from(encoder.encode(text)), boundText(binding)),
    }),
    unwrapText: async ({ kekId, wrappedText }, binding) =>
      new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
        await open(kekId, wrappedText, boundText(binding)),
      ),
  };
}

/** Three members for a key and two for a text: neither unwraps as the other. */
function boundKey({ fileId, quality, keyVersion }: KeyBinding): readonly unknown[] {
  return [fileId, quality, keyVersion];
}

function boundText(binding: TextBinding): readonly unknown[] {
  return [ownerOf(binding), binding.purpose];
}

function ownerOf(binding: TextBinding): string {
  if ("fileId" in binding) return binding.fileId;
  return "requestId" in binding ? binding.requestId : binding.secretId;
}

function importKek(kek: NamedSecret): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", kek.bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}

function gcm(iv: Uint8Array<ArrayBuffer>, bound: readonly unknown[]) {
  return { name: "AES-GCM", iv, additionalData: encoder.encode(JSON.stringify(bound)) };
}
