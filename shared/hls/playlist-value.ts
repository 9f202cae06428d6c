/**
 * RFC 8216 4.1 and 4.2: what we write into a playlist is NFC and holds no control character, no byte order mark and no
 * double quote. A value that does not fit is our own mistake, so it throws TypeError; the value is not in the message.
 */
export function assertPlaylistText(value: string, what: string): void {
  if (/[\p{Cc}"\uFEFF]/u.test(value)) throw new TypeError(`${what} holds a control character or a quote`);
  if (value !== value.normalize("NFC")) throw new TypeError(`${what} is not in Unicode form NFC`);
}

/** A URI that can stand on its own line as well as in quotes: not empty, no space, not taken for a comment. */
export function assertPlaylistUri(uri: string, what: string): void {
  assertPlaylistText(uri, what);
  if (uri === "" || uri.startsWith("#") || /\s/u.test(uri)) throw new TypeError(`${what} is not a URI`);
}

/** A number that RFC 8216 wants as a decimal-integer above zero. */
export function assertPositiveInteger(value: number, what: string): void {
  if (!Number.isSafeInteger(value) || value <= 0) throw new TypeError(`${what} must be a positive integer`);
}
