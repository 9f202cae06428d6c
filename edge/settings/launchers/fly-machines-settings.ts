import * as z from "zod";
import { secret } from "../setting-types.ts";

/** The settings of the launcher `fly-machines`. */
export const FLY_MACHINES_SETTINGS = {
  FLY_APP: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "the name of an app: lower-case letters, digits and dashes")
    .optional()
    .describe("app of Fly.io in which a machine is created for each job; it holds the secrets of the processor"),
  FLY_IMAGE: z
    .string()
    .regex(/^[\x21-\x7e]{1,500}$/, "the reference of an image")
    .optional()
    .describe("image of the processor, such as `registry.fly.io/<app>:<tag>`"),
  FLY_API_TOKEN: secret(
    z
      .string()
      .regex(/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/, "a token as `fly tokens create deploy` prints it, in one line")
      .optional(),
    "deploy token of `FLY_APP`, as `fly tokens create deploy` prints it",
  ),
  FLY_API_URL: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !/[?#]/.test(url), "must have no query")
    .transform((url) => url.replace(/\/+$/, ""))
    .default("https://api.machines.dev")
    .describe("address of the Machines API"),
};

type Given = { readonly [name in keyof typeof FLY_MACHINES_SETTINGS]?: string | undefined };

export type FlyMachines = {
  readonly app: string;
  readonly image: string;
  /** A deploy token, which is valid for the app alone. */
  readonly token: string;
  readonly apiUrl: string;
};

/** Throws where the settings were not checked before. */
export function flyMachinesSettings(settings: Given): FlyMachines {
  const { FLY_APP: app, FLY_IMAGE: image, FLY_API_TOKEN: token, FLY_API_URL: apiUrl } = settings;
  if (app === undefined || image === undefined || token === undefined || apiUrl === undefined) {
    throw new Error("a setting of Fly Machines is missing");
  }
  return { app, image, token, apiUrl };
}
