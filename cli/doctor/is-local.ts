/** Whether an address is of this machine: what `npm start` runs lacks some of what a deployment has. */
export function isLocal(serviceUrl: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(serviceUrl).hostname);
}
