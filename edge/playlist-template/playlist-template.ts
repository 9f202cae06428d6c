import { compileGzipSplice } from "./gzip-splice.ts";

/** A playlist that lacks only the token. Immutable, so that requests can share it. */
export type PlaylistTemplate = {
  /** The playlist as text. Throws TypeError for a token with other characters than URL's unreserved ones. */
  readonly render: (token: string) => string;
  /** The same bytes as a gzip file, for a Response with `encodeBody: "manual"`. Throws as `render` does. */
  readonly renderGzip: (token: string) => Uint8Array<ArrayBuffer>;
  /** Approximate size in memory, which the cache counts. */
  readonly sizeBytes: number;
};

/** Every occurrence of `placeholder` in the text is a hole for the same token. */
export function compileTemplate(text: string, placeholder: string): PlaylistTemplate {
  const pieces = text.split(placeholder);
  const encoder = new TextEncoder();
  const splice = compileGzipSplice(pieces.map((piece) => encoder.encode(piece)));
  return {
    render: (token) => {
      assertToken(token);
      return pieces.join(token);
    },
    renderGzip: (token) => {
      assertToken(token);
      return splice.render(token);
    },
    // Strings may take two bytes per character.
    sizeBytes: 2 * text.length + splice.byteLength,
  };
}

/**
 * RFC 3986 2.3. The token stands in a URI, in quotes, on a line: any other character could break out or need encoding.
 */
function assertToken(token: string): void {
  if (!/^[A-Za-z0-9._~-]+$/.test(token)) throw new TypeError("a token has a character that a URI cannot hold as it is");
}
