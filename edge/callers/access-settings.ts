import { z } from "zod";
import { SCOPES, scopesNamedIn } from "../../shared/domain/scope.ts";

/** The settings of Cloudflare Access. The first two go together: without them its header counts for nothing. */
export const ACCESS_SETTINGS = {
  /** `{team}.cloudflareaccess.com`. */
  ACCESS_TEAM_DOMAIN: z
    .string()
    .regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/, "a host name such as team.cloudflareaccess.com")
    .optional(),
  /** The application's audience tag; several with commas between them. */
  ACCESS_AUD: z
    .string()
    .transform((text) => text.split(",").map((one) => one.trim()))
    .refine((tags) => tags.every((tag) => tag !== ""), "audience tags with commas between them")
    .optional(),
  /** What everybody may do whom Access lets in. */
  ACCESS_SCOPES: z
    .string()
    .default("admin")
    .refine((text) => text.split(/[\s,]+/).every((word) => SCOPES.some((scope) => scope === word)), "unknown scope")
    .transform(scopesNamedIn),
};

type Chosen = { readonly ACCESS_TEAM_DOMAIN?: string | undefined; readonly ACCESS_AUD?: readonly string[] | undefined };

/** The setting that is missing beside the other one, or null: half of a door would be taken for a closed or an open one. */
export function missingAccessSetting({ ACCESS_TEAM_DOMAIN, ACCESS_AUD }: Chosen): keyof Chosen | null {
  if ((ACCESS_TEAM_DOMAIN === undefined) === (ACCESS_AUD === undefined)) return null;
  return ACCESS_AUD === undefined ? "ACCESS_AUD" : "ACCESS_TEAM_DOMAIN";
}
