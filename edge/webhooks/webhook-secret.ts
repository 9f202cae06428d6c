import type { WebhookSecret } from "../../shared/domain/webhooks/webhook-endpoint.ts";
import type { KeyVault } from "../../shared/key-vault/key-vault.ts";
import { base64Encode } from "../../shared/lib/base64.ts";
import { uuidV7 } from "../../shared/lib/random-id.ts";

/** As Standard Webhooks writes a secret: this and base64. */
export const SECRET_PREFIX = "whsec_";
const SECRET_BYTES = 32;

/** A new secret, wrapped for the database and as its receiver needs it. */
export async function newWebhookSecret(vault: KeyVault, now: number): Promise<{ text: string; stored: WebhookSecret }> {
  const text = SECRET_PREFIX + base64Encode(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
  const id = uuidV7(now);
  const { kekId, wrappedText } = await vault.wrapText(text, { secretId: id, purpose: "webhook-secret" });
  return { text, stored: { id, kekId, wrappedSecret: wrappedText, createdAt: now, expiresAt: null } };
}

/** Throws when the key-encryption key is not configured or the row was changed. */
export function unwrapWebhookSecret(vault: KeyVault, { id, kekId, wrappedSecret }: WebhookSecret): Promise<string> {
  return vault.unwrapText({ kekId, wrappedText: wrappedSecret }, { secretId: id, purpose: "webhook-secret" });
}
