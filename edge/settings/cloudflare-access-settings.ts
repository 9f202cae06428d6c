import * as z from "zod";
import { SCOPES, scopesNamedIn } from "../../shared/domain/access/scope.ts";

/** The settings of Cloudflare Access. The three go together: without all of them its header is ignored. */
export const ACCESS_SETTINGS = {
  ACCESS_TEAM_DOMAIN: z
    .string()
    .regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/, "a host name such as team.cloudflareaccess.com")
    .optional()
    .describe("Cloudflare Access for administrators: the team's domain, `{team}.cloudflareaccess.com`"),
  ACCESS_AUD: z
    .string()
    .transform((text) => text.split(",").map((one) => one.trim()))
    .refine((tags) => tags.every((tag) => tag !== ""), "audience tags separated by commas")
    .optional()
    .describe("audience tag of the Access application, or several separated by commas"),
  ACCESS_SCOPES: z
    .string()
    .refine((text) => text.split(/[\s,]+/).every((word) => SCOPES.some((scope) => scope === word)), "unknown scope")
    .transform(scopesNamedIn)
    .optional()
    .describe("scopes of everybody who comes through Access; required with the other two settings of Access"),
};

type AccessSetting = keyof typeof ACCESS_SETTINGS;

/** The settings of Access that are missing beside the others: some alone would neither close nor open the routes. */
export function missingAccessSettings(settings: { readonly [name in AccessSetting]?: unknown }): AccessSetting[] {
  const names = Object.keys(ACCESS_SETTINGS) as AccessSetting[];
  const missing = names.filter((name) => settings[name] === undefined);
  return missing.length === names.length ? [] : missing;
}
