import type { Choice } from "../../components/fields.tsx";

export type Hours = "24" | "168";

export const HOURS: readonly Choice<Hours>[] = [
  { value: "24", label: "Last 24 hours" },
  { value: "168", label: "Last 7 days" },
];

export function readHours(search: Record<string, unknown>): { readonly hours?: Hours | undefined } {
  return { hours: HOURS.find(({ value }) => value === String(search.hours))?.value };
}
