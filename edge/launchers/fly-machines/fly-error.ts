import * as z from "zod";
import type { PlatformReply } from "../platform-call.ts";

/** `status` is a code of few values. Many errors have the text alone. */
const errorSchema = z.object({ error: z.string().optional(), status: z.string().optional() });

export type FlyError = { readonly words: string; readonly isCapacity: boolean; readonly isNameTaken: boolean };

const CAPACITY_CODES = ["insufficient_capacity", "volume_placement_capacity"];
const CAPACITY_WORDS =
  /\bno capacity\b|insufficient (?:CPUs|memory|IPs|resources) available|could not find a candidate host/i;
const NAME_WORDS = /unique machine name violation|name has already been taken/i;

/** A code that Fly sends outranks its text, which may quote another error. */
export function flyError({ body }: PlatformReply): FlyError {
  const parsed = errorSchema.safeParse(body);
  const { error, status: code } = parsed.success ? parsed.data : {};
  const words = error ?? (typeof body === "string" ? body : "");
  const has = (codes: readonly string[], pattern: RegExp) =>
    code === undefined ? pattern.test(words) : codes.includes(code);
  return { words, isCapacity: has(CAPACITY_CODES, CAPACITY_WORDS), isNameTaken: has(["name_taken"], NAME_WORDS) };
}

/** The id in a refusal of a name; Fly names the machine that has it. */
export function machineIdIn(words: string): string | null {
  return /machine ID ([0-9A-Za-z_-]+) already exists/.exec(words)?.[1] ?? null;
}
