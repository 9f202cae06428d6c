import { compileGzipSplice } from "./gzip-splice.ts";

/** A playlist that is finished but for the token. Immutable, so that requests may share it. */
export type PlaylistTemplate = {
  /** The playlist as text. Throws TypeError for a token that is not made of URL's unreserved characters. */
  readonly render: (token: string) => string;
  /** The same bytes as a gzip file, for a Response with `encodeBody: "manual"`. Throws as `render` does. */
  readonly renderGzip: (token: string) => Uint8Array<ArrayBuffer>;
  /** Roughly what it takes in memory: what a cache counts. */
  readonly sizeBytes: number;
};

/** `placeholder` may stand in the text any number of times; every one is a hole for the same token. */
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
    // Strings count two bytes a character, as they may be held.
    sizeBytes: 2 * text.length + splice.byteLength,
  };
}

/** RFC 3986 2.3. It stands in a URI, in quotes, on a line: anything else could break out, or would need encoding. */
function assertToken(token: string): void {
  if (!/^[A-Za-z0-9._~-]+$/.test(token)) throw new TypeError("a token has a character that a URI cannot hold as it is");
}
