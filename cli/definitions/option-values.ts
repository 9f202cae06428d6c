import { InvalidArgumentError } from "commander";

/** A value that looks like an option is a forgotten value. */
export function optionText(value: string): string {
  if (value === "" || value.startsWith("-")) throw new InvalidArgumentError("A value is missing.");
  return value;
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("A whole number is required.");
  return Number(text);
}

export function time(text: string): string {
  const milliseconds = Date.parse(text);
  if (Number.isNaN(milliseconds))
    throw new InvalidArgumentError("A date is required, such as 2026-01-31 or 2026-01-31T12:00:00Z.");
  return new Date(milliseconds).toISOString();
}
