import type { ApiKey } from "../../domain/access/api-key.ts";
import { allows, type Scope } from "../../domain/access/scope.ts";
import { formatApiKey, hashOfSecret, newApiKeyParts, type RandomBytes } from "../api-key-text.ts";
import type { ApiKeyStore } from "../ports/api-key-store.ts";

export type CreateApiKeyRequest = {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Milliseconds; null for no expiry. */
  readonly expiresAt: number | null;
  readonly by: { readonly id: string; readonly scopes: readonly Scope[] };
};

export type CreateApiKeyOutcome =
  /** `key` is the whole key, which is stored nowhere and shown once. */
  | { readonly kind: "created"; readonly apiKey: ApiKey; readonly key: string }
  | { readonly kind: "scope-not-held"; readonly scope: Scope }
  | { readonly kind: "ends-in-the-past" };

/** Creates a key with scopes that its creator also holds. */
export async function createApiKey(
  store: ApiKeyStore,
  { name, scopes, expiresAt, by }: CreateApiKeyRequest,
  now: number,
  randomBytes: RandomBytes,
): Promise<CreateApiKeyOutcome> {
  const notHeld = scopes.find((scope) => !allows(by.scopes, scope));
  if (notHeld !== undefined) return { kind: "scope-not-held", scope: notHeld };
  if (expiresAt !== null && expiresAt <= now) return { kind: "ends-in-the-past" };
  const parts = newApiKeyParts(randomBytes);
  const apiKey: ApiKey = {
    keyId: parts.keyId,
    name,
    scopes: [...new Set(scopes)],
    createdBy: by.id,
    createdAt: now,
    expiresAt,
    revokedAt: null,
    lastUsedAt: null,
  };
  await store.create({ ...apiKey, secretHash: await hashOfSecret(parts.secret) });
  return { kind: "created", apiKey, key: formatApiKey(parts) };
}
