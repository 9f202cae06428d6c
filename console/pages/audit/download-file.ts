const KEPT_MS = 60_000;

/** Hands a file to the browser. A link to the API would carry no credentials. */
export function downloadFile(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}
