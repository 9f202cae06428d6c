/* How facts of the API are written everywhere. */

const DATE_TIME = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

/** `at`: milliseconds since the epoch, or RFC 3339. */
export function DateTime({ at }: { readonly at: number | string }) {
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={EXACT.format(date)}>
      {DATE_TIME.format(date)}
    </time>
  );
}

/** Such as 1:02:03, or 4:05. */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const padded = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${padded(minutes)}:${padded(rest)}` : `${minutes}:${padded(rest)}`;
}

const BYTES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** Such as 1.4 GB. */
export function bytesText(bytes: number): string {
  const step = Math.min(BYTES.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const format = { style: "unit", unit: BYTES[step] ?? "byte", maximumFractionDigits: step < 2 ? 0 : 1 } as const;
  return new Intl.NumberFormat(undefined, format).format(bytes / 1000 ** step);
}

/** Words of the API in capitals, as people write them: PENDING_AUDIT becomes "Pending audit". */
export function wordsOf(value: string): string {
  const words = value.toLowerCase().replaceAll(/[_-]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
