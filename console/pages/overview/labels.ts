import type { Kind } from "./figures.ts";

const KINDS: Readonly<Record<Kind, string>> = { TRANSCODE: "Transcode", ENCRYPT: "Encrypt" };

export function kindLabel(kind: Kind): string {
  return KINDS[kind];
}
