import type { SECRET_WEAKNESSES } from "../api/definitions/admin/diagnostics.ts";

export type SecretWeakness = (typeof SECRET_WEAKNESSES)[number];

/** Fewer different bytes than random secrets of 32 bytes have in one case of a billion. */
const FEWEST_DIFFERENT = 14;
/** The longest run of neighbours, such as `abcdefg`: chance makes a longer one in less than one of a million secrets. */
const LONGEST_RUN = 7;
const PLACEHOLDER = /change.?me|example|secret|password|passwort|test|admin|token|ladderlock|default|qwert|letmein/i;

/** What makes a secret guessable although it is long enough; null where nothing is seen. Random values pass. */
export function weaknessOf(secret: Uint8Array, others: readonly Uint8Array[]): SecretWeakness | null {
  if (new Set(secret).size < fewestDifferent(secret)) return "repetitive";
  if (longestRun(secret) > LONGEST_RUN) return "sequence";
  if (PLACEHOLDER.test(String.fromCharCode(...secret))) return "readable";
  return others.some((other) => areEqual(secret, other)) ? "reused" : null;
}

/** Text of hexadecimal digits has at most 16 different characters, and 32 of them have 14 on average. */
function fewestDifferent(secret: Uint8Array): number {
  const isHex = secret.every((byte) => /[0-9a-f]/i.test(String.fromCharCode(byte)));
  return isHex ? FEWEST_DIFFERENT / 2 : FEWEST_DIFFERENT;
}

/** The most bytes in a row that each follow the one before, upwards or downwards. */
function longestRun(secret: Uint8Array): number {
  let longest = 1;
  for (const step of [1, -1]) {
    let run = 1;
    for (let at = 1; at < secret.length; at++) {
      run = secret[at]! - secret[at - 1]! === step ? run + 1 : 1;
      longest = Math.max(longest, run);
    }
  }
  return longest;
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
