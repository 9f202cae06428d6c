/**
 * The API key, for as long as the tab is open and only if its user asks for it. Otherwise it is in memory alone and a
 * reload forgets it. Session storage belongs to one tab and ends with it.
 */
const STORED_AS = "console.api-key";

export function readStoredKey(): string | null {
  return sessionStorage.getItem(STORED_AS);
}

export function storeKey(apiKey: string): void {
  sessionStorage.setItem(STORED_AS, apiKey);
}

export function forgetStoredKey(): void {
  sessionStorage.removeItem(STORED_AS);
}
