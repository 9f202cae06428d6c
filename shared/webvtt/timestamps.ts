/** Up to 9999 hours, so that every time is an exact integer. */
const WEBVTT = /^(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)\.(\d{3})$/;
const SUBRIP = /^(?:(\d{1,4}):)?([0-5]?\d):([0-5]\d)[,.](\d{3})$/;

/** Milliseconds of a WebVTT timestamp; null for any other text. */
export function parseWebVttTime(text: string): number | null {
  return milliseconds(WEBVTT.exec(text));
}

/** The same for SubRip, whose files have commas or points, and often no hours. */
export function parseSubRipTime(text: string): number | null {
  return milliseconds(SUBRIP.exec(text));
}

function milliseconds(match: RegExpExecArray | null): number | null {
  if (match === null) return null;
  const [hours, minutes, seconds, thousandths] = match.slice(1).map((digits) => Number(digits ?? 0));
  return ((hours! * 60 + minutes!) * 60 + seconds!) * 1000 + thousandths!;
}

/** Always with hours: some players take a time without them for hours and minutes. */
export function formatTime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${parts.map((part) => String(part).padStart(2, "0")).join(":")}.${String(ms % 1000).padStart(3, "0")}`;
}
