/** What the page around an embed page may send. */
export type EmbedCommand =
  | { readonly command: "play" | "pause" }
  | { readonly command: "seek"; readonly seconds: number }
  | { readonly command: "mute"; readonly muted: boolean }
  | { readonly command: "select"; readonly quality: string | null }
  | { readonly command: "setToken"; readonly token: string };

/** Null for what is no command, or one with other values: a token goes into a URL as it is. */
export function parseCommand(data: Readonly<Record<string, unknown>>): EmbedCommand | null {
  const { command, seconds, muted, quality, token } = data;
  switch (command) {
    case "play":
    case "pause":
      return { command };
    case "seek":
      return typeof seconds === "number" && Number.isFinite(seconds) ? { command, seconds } : null;
    case "mute":
      return typeof muted === "boolean" ? { command, muted } : null;
    case "select":
      return typeof quality === "string" || quality === null ? { command, quality } : null;
    case "setToken":
      return typeof token === "string" && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) ? { command, token } : null;
    default:
      return null;
  }
}
