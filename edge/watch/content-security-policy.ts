/**
 * The Content-Security-Policy of the watch page: scripts and styles from this origin only, media from the player
 * (blob:) and the origin of segments. `ancestors` are the pages that may have it in a frame. hls.js starts its worker from a file of this origin and falls back to blob:.
 */
export function contentSecurityPolicy(
  playbackBaseUrl: string | undefined,
  ancestors: readonly string[] = ["'self'"],
): string {
  const segments = playbackBaseUrl === undefined ? [] : [new URL(playbackBaseUrl).origin];
  const directives: Record<string, readonly string[]> = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "worker-src": ["'self'", "blob:"],
    "media-src": ["'self'", "blob:", ...segments],
    "connect-src": ["'self'", ...segments],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ancestors,
  };
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources.join(" ")}`)
    .join("; ");
}
