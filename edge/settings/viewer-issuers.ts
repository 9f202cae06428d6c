import * as z from "zod";
import type { NamedSecret } from "../../shared/lib/secret-list.ts";

const id = z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, "letters, digits, - and _, at most 32");
const claimName = z.string().min(1).max(200);

const everyIssuer = z.object({
  /** Prefix of the subject in viewer names, so that subjects of two issuers never collide. */
  id,
  /** Required `iss` and `aud`. */
  issuer: z.string().min(1).max(500),
  audience: z.string().min(1).max(500),
  subjectClaim: claimName.default("sub"),
  entitlementsClaim: claimName.default("entitlements"),
});

const issuerSchema = z.discriminatedUnion("algorithm", [
  everyIssuer.extend({
    algorithm: z.enum(["RS256", "ES256", "EdDSA"]),
    jwksUrl: z.url().refine(isSafe, "https is needed, but for this machine itself"),
  }),
  everyIssuer.extend({
    algorithm: z.literal("HS256"),
    /** Names in VIEWER_SECRETS, any of which may sign: two while the secret is changed. */
    secretIds: z.array(id).min(1).max(4).optional(),
  }),
]);

/** VIEWER_ISSUERS: JSON text, or the list itself as a [vars] entry of wrangler.toml gives it. */
export const viewerIssuersSchema = z
  .preprocess((value) => (typeof value === "string" ? parsedJson(value) : value), z.array(issuerSchema).max(20))
  .refine((list) => differ(list.map((one) => one.id)), "two issuers have the same id")
  .refine((list) => differ(list.map((one) => one.issuer)), "two entries are for the same issuer");

export type IssuerSetting = z.output<typeof issuerSchema>;

type Named = Pick<IssuerSetting, "id" | "issuer" | "audience" | "subjectClaim" | "entitlementsClaim">;

/** An issuer of viewer tokens with its verification keys. The algorithm is pinned. */
export type ViewerIssuer = Named &
  (
    | { readonly algorithm: "RS256" | "ES256" | "EdDSA"; readonly jwksUrl: string }
    | { readonly algorithm: "HS256"; readonly secrets: readonly Uint8Array<ArrayBuffer>[] }
  );

/** Joins issuers and VIEWER_SECRETS. Throws an Error that names a missing secret. */
export function viewerIssuers(settings: readonly IssuerSetting[], secrets: readonly NamedSecret[]): ViewerIssuer[] {
  return settings.map((setting): ViewerIssuer => {
    if (setting.algorithm !== "HS256") return setting;
    const { secretIds, ...issuer } = setting;
    return { ...issuer, secrets: (secretIds ?? [setting.id]).map((wanted) => secretNamed(wanted, secrets)) };
  });
}

function secretNamed(wanted: string, secrets: readonly NamedSecret[]): Uint8Array<ArrayBuffer> {
  const found = secrets.find((secret) => secret.id === wanted);
  if (found === undefined) throw new Error(`VIEWER_SECRETS has no secret ${wanted}`);
  return found.bytes;
}

/** An attacker who can change the response decides who may watch. */
function isSafe(url: string): boolean {
  if (!URL.canParse(url)) return true; // The URL check refuses it.
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || (protocol === "http:" && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(hostname));
}

function differ(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
