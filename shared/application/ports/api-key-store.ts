import type { ApiKey } from "../../domain/access/api-key.ts";

/** API keys. A look-up returns the hash of the secret half; a list never does. */
export interface ApiKeyStore {
  create(key: StoredApiKey): Promise<void>;
  find(keyId: string): Promise<StoredApiKey | null>;
  /** The newest first, including expired and revoked keys, from behind `after`. */
  list(page: { readonly after: ApiKeyPosition | null; readonly limit: number }): Promise<readonly ApiKey[]>;
  /** Keeps the time of the first revocation. */
  revoke(keyId: string, now: number): Promise<"revoked" | "was-revoked" | "unknown">;
  /** Writes only when the last recorded use is at least `exactnessMs` old. */
  recordUse(keyId: string, now: number, exactnessMs: number): Promise<void>;
}

export type ApiKeyPosition = Pick<ApiKey, "createdAt" | "keyId">;

/** `secretHash` is base64url of SHA-256. */
export type StoredApiKey = ApiKey & { readonly secretHash: string };
