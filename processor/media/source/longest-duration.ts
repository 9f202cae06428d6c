import { type Refusal, refuse } from "../refusal.ts";

/** Refuses media that is longer than its upload token allows. Seconds; null where a length or a limit is not known. */
export function refuseDuration(measured: number | null, longest: number | null): Refusal | null {
  if (measured === null || longest === null || measured <= longest) return null;
  const seconds = Math.max(longest, Math.ceil(measured * 10) / 10);
  return refuse(
    "too-long",
    `The file lasts ${seconds} seconds, at most ${longest} are allowed for this upload. Upload a shorter one.`,
  );
}
