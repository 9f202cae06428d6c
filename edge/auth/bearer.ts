/** The token of an `Authorization: Bearer` header (RFC 6750 2.1); null when there is none. */
export function bearerToken(request: Request): string | null {
  return /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? null;
}

/**
 * Whether two secrets are equal, in time that does not depend on where they differ: digests have one length, and
 * `timingSafeEqual` throws on unequal ones.
 */
export async function equalSecrets(a: string, b: string): Promise<boolean> {
  const digest = (text: string) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const [left, right] = await Promise.all([digest(a), digest(b)]);
  return crypto.subtle.timingSafeEqual(left, right);
}
