import type { RotationBatch } from "../../client/index.ts";

/** What a batch rotates, in a few words. */
export function selectionText(selection: RotationBatch["selection"]): string {
  return Object.entries(selection)
    .map(([name, value]) => {
      if (Array.isArray(value)) return value.length === 1 ? "1 chosen" : `${value.length} chosen`;
      return value === true ? name : `${name} ${String(value)}`;
    })
    .join(", ");
}
