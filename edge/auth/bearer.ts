/** The token of an `Authorization: Bearer` header (RFC 6750 2.1); null when there is none. */
export function bearerToken(request: Request): string | null {
  return /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? null;
}

/**
 * Whether two secrets are equal, in constant time. They are hashed because `timingSafeEqual` throws on unequal lengths.
 */
export async function equalSecrets(a: string, b: string): Promise<boolean> {
  const digest = (text: string) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const [left, right] = await Promise.all([digest(a), digest(b)]);
  return crypto.subtle.timingSafeEqual(left, right);
}
