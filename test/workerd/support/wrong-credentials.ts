import { access, bearer, type Credentials, createKey, GATEWAY_SECRET, gateway } from "./admin-callers.ts";
import { testEnv } from "./test-env.ts";
import { newKey, type SigningKey } from "./viewer-issuer.ts";
import type { TestWorker } from "./worker.ts";

/**
 * What must open no route of the administrative API nor of the processors, each with its name. `team` is the key with
 * which Access signs, `playback` a playback token. The Worker's clock moves on, for a key to expire.
 */
export async function wrongCredentials(
  worker: TestWorker,
  team: SigningKey,
  playback: string,
): Promise<[string, Credentials][]> {
  const [key, revoked, expired] = await Promise.all([
    createKey(worker, ["admin"]),
    createKey(worker, ["admin"]),
    createKey(worker, ["admin"], { expiresAt: new Date(worker.context.now() + 1000).toISOString() }),
  ]);
  await worker.admin("DELETE", `/admin/api-keys/${revoked.keyId}`);
  worker.advance(2000);
  const stranger = await newKey("RS256");
  const now = worker.context.now();
  const first = testEnv.ADMIN_API_KEY as string;
  const withoutSecret = gateway(["admin"]);
  return [
    ["a word", bearer("open-sesame")],
    ["the first key as a password", { authorization: `Basic ${btoa(`admin:${first}`)}` }],
    ["the first key without its last character", bearer(first.slice(0, -1))],
    ["an API key that does not exist", bearer(`llk_0123456789abcdef_${"A".repeat(43)}`)],
    ["an API key with another secret", bearer(`llk_${key.keyId}_${"A".repeat(43)}`)],
    ["half of an API key", bearer(key.key.slice(0, 20))],
    ["an API key that was revoked", bearer(revoked.key)],
    ["an API key that has expired", bearer(expired.key)],
    ["a playback token", bearer(playback)],
    ["a gateway's headers without its secret", { ...withoutSecret, "x-gateway-secret": "" }],
    ["a gateway's headers with a wrong secret", { ...withoutSecret, "x-gateway-secret": `${GATEWAY_SECRET}0` }],
    ["a gateway's secret without anybody", { "x-gateway-secret": GATEWAY_SECRET }],
    ["an Access token of somebody else's", await access(stranger, now)],
    ["an Access token for another application", await access(team, now, { aud: ["cafe"] })],
    ["an Access token that has expired", await access(team, now - 2 * 3600_000)],
  ];
}
