/** JWTs, API keys of ladderlock, and everything after the path of a URL, which may be signed. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g, "[token]"],
  [/llk_[\w-]+/g, "[key]"],
  [/(https?:\/\/[^\s?#"\\]*)[?#][^\s"\\]*/g, "$1"],
];

/** Plain text, or JSON, which stays JSON. */
export function redactSecrets(text: string): string {
  return SECRETS.reduce((redacted, [secret, replacement]) => redacted.replace(secret, replacement), text);
}
