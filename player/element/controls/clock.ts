/** "1:02:03" or "2:03". */
export function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–:––";
  const [h, m, s] = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map(Math.floor);
  return `${h ? `${h}:` : ""}${String(m).padStart(h ? 2 : 1, "0")}:${String(s).padStart(2, "0")}`;
}
