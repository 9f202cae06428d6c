const LONGEST_SECONDS = 8;

/**
 * The value of Retry-After (RFC 9110 10.2.3) for what passes: 1 to 8 s, so that a crowd that was refused together does
 * not come back together. `random` is from 0 to 1, without 1.
 */
export function retryAfter(random: number): string {
  return String(1 + Math.floor(random * LONGEST_SECONDS));
}
