const LONGEST_WORDS = 500;
const HIDDEN = "[secret]";

/**
 * What a platform says, for job views and logs: one line without control characters, and without the credentials that
 * were sent to it.
 */
export function platformWords(text: string, secrets: readonly string[]): string {
  const hidden = secrets.reduce((words, secret) => (secret === "" ? words : words.replaceAll(secret, HIDDEN)), text);
  const shown = hidden.replaceAll(/[\p{C}\u2028\u2029]+/gu, " ").trim();
  return shown === "" ? "no reason given" : [...shown].slice(0, LONGEST_WORDS).join("");
}
