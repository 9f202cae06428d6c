import { base64UrlEncode } from "../../shared/lib/base64.ts";

/** The id by which tokens, revocations and the audit log name a viewer: nobody reads the name out of it. */
export type ViewerIds = { readonly of: (name: string) => Promise<string> };

const ID_BYTES = 16;

export function createViewerIds(secret: Uint8Array<ArrayBuffer>): ViewerIds {
  // The key, not a promise of it: a promise belongs to the request that created it.
  let key: CryptoKey | null = null;
  return {
    of: async (name) => {
      key ??= await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
      const mac = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(name));
      return base64UrlEncode(new Uint8Array(mac, 0, ID_BYTES));
    },
  };
}
