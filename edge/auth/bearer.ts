/** The token of an `Authorization: Bearer` header (RFC 6750 2.1); null when there is none. */
export function bearerToken(request: Request): string | null {
  return /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? null;
}

/**
 * Whether two secrets are equal, in constant time. They are hashed because `timingSafeEqual` throws on unequal lengths.
 */
export async function equalSecrets(a: string, b: string): Promise<boolean> {
  const [left, right] = await Promise.all([digest(a), digest(b)]);
  return crypto.subtle.timingSafeEqual(left, right);
}

/** The same for a secret that many texts are compared with: it is hashed once. */
export function comparedWith(secret: string): (given: string) => Promise<boolean> {
  // The hash, not a promise of it: a promise belongs to the request that created it.
  let known: ArrayBuffer | null = null;
  return async (given) => {
    known ??= await digest(secret);
    return crypto.subtle.timingSafeEqual(await digest(given), known);
  };
}

/** Whether two hashes are equal, in constant time. Their length is no secret, so they need no other hash. */
export function equalHashes(a: string, b: string): boolean {
  const [left, right] = [encoder.encode(a), encoder.encode(b)];
  return left.byteLength === right.byteLength && crypto.subtle.timingSafeEqual(left, right);
}

const encoder = new TextEncoder();

function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", encoder.encode(text));
}
