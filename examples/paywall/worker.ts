import { handle, type Purchases, type Settings } from "./site.ts";

/** `film.js` is an asset. PURCHASES is a KV namespace, which shows a purchase everywhere within a minute. */
export default {
  fetch: (request: Request, env: Settings & { readonly PURCHASES: Purchases }) => handle(request, env, env.PURCHASES),
};
