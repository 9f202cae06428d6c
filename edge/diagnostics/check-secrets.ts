import type { Diagnostics } from "../api/definitions/admin/diagnostics.ts";
import type { Settings } from "../settings/settings.ts";
import { weaknessOf } from "./secret-weakness.ts";

type Secret = { readonly name: string; readonly bytes: Uint8Array };

/** The secrets by name, each with its weakness. An entry of a list is named with its id, never with its value. */
export function checkSecrets(settings: Settings): Diagnostics["secrets"] {
  const secrets = secretsOf(settings);
  return secrets.map(({ name, bytes }, index) => {
    const others = secrets.filter((_, place) => place !== index).map((other) => other.bytes);
    return { name, weakness: weaknessOf(bytes, others) };
  });
}

function secretsOf(settings: Settings): Secret[] {
  const text = (name: "ADMIN_API_KEY" | "PROCESSOR_TOKEN" | "GATEWAY_SECRET"): Secret[] => {
    const value = settings[name];
    return value === undefined ? [] : [{ name, bytes: new TextEncoder().encode(value) }];
  };
  const list = (name: "TOKEN_SIGNING_KEYS" | "KEY_ENCRYPTION_KEYS"): Secret[] =>
    settings[name].map(({ id, bytes }) => ({ name: `${name} (${id})`, bytes }));
  return [
    ...text("ADMIN_API_KEY"),
    ...text("PROCESSOR_TOKEN"),
    ...list("TOKEN_SIGNING_KEYS"),
    ...list("KEY_ENCRYPTION_KEYS"),
    { name: "VIEWER_ID_KEY", bytes: settings.VIEWER_ID_KEY },
    ...text("GATEWAY_SECRET"),
  ];
}
