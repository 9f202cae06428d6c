/**
 * The Content-Security-Policy of the console: everything from this origin, and segments from theirs. Posters that are
 * chosen for an upload, and hls.js, use blob:. No page may frame it, because it acts with the rights of its user.
 */
export function consoleSecurityPolicy(playbackBaseUrl: string | undefined): string {
  const segments = playbackBaseUrl === undefined ? "" : ` ${new URL(playbackBaseUrl).origin}`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "worker-src 'self' blob:",
    `media-src 'self' blob:${segments}`,
    `connect-src 'self'${segments}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
