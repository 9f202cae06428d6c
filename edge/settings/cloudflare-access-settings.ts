import * as z from "zod";
import { SCOPES, scopesNamedIn } from "../../shared/domain/scope.ts";

/** The settings of Cloudflare Access. All three go together: without them its header counts for nothing. */
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
  /** What everybody may do who comes through Access. */
  ACCESS_SCOPES: z
    .string()
    .refine((text) => text.split(/[\s,]+/).every((word) => SCOPES.some((scope) => scope === word)), "unknown scope")
    .transform(scopesNamedIn)
    .optional(),
};

type AccessSetting = keyof typeof ACCESS_SETTINGS;

/** The settings that are missing beside the others: some of them alone would be taken for a closed or an open door. */
export function missingAccessSettings(settings: { readonly [name in AccessSetting]?: unknown }): AccessSetting[] {
  const names = Object.keys(ACCESS_SETTINGS) as AccessSetting[];
  const missing = names.filter((name) => settings[name] === undefined);
  return missing.length === names.length ? [] : missing;
}
