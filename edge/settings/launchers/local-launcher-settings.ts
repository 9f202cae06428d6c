import * as z from "zod";
import { secret } from "../setting-types.ts";

const TOKEN = /^[A-Za-z0-9._~+/=-]{32,}$/;

/** Where `ladderlock launcher` of a single machine answers. */
export const LOCAL_LAUNCHER_SETTINGS = {
  LOCAL_LAUNCHER_URL: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !/[?#]|\/\/[^/]*@/.test(url), "must have no query, no fragment and no credentials")
    .transform((url) => url.replace(/\/+$/, ""))
    .optional()
    .describe("address of `ladderlock launcher`, such as `http://127.0.0.1:8790`; for `LAUNCHER=local`"),
  LOCAL_LAUNCHER_TOKEN: secret(
    z.string().regex(TOKEN, "at least 32 of A-Z a-z 0-9 . _ ~ + / = -").optional(),
    "authenticates the Worker at `ladderlock launcher`; the form of `ADMIN_API_KEY`",
  ),
};

type Given = { readonly [name in keyof typeof LOCAL_LAUNCHER_SETTINGS]?: string | undefined };

export type LocalLauncher = { readonly url: string; readonly token: string };

/** Throws where the settings were not checked before. */
export function localLauncherSettings(settings: Given): LocalLauncher {
  const { LOCAL_LAUNCHER_URL: url, LOCAL_LAUNCHER_TOKEN: token } = settings;
  if (url === undefined || token === undefined) throw new Error("a setting of the local launcher is missing");
  return { url, token };
}
