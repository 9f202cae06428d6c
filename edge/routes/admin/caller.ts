import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/admin/caller.ts";
import { type Route, route } from "../../api/route.ts";
import type { Caller } from "../../auth/caller.ts";
import type { Context } from "../../context.ts";

type Deps = Pick<Context, "apiKeys">;

/** `GET /api/v2/caller`: who a page has signed in. */
export const callerRoutes: readonly Route<Deps>[] = [
  route(define.getCaller, {
    handle: async ({ apiKeys }: Deps, { caller }) => {
      const [kind, subject] = splitId(caller.id);
      const name = kind === "api-key" ? await nameOfKey(apiKeys, subject) : (caller.name ?? caller.email ?? subject);
      return answer(200, { callerId: caller.id, kind, name, scopes: [...caller.scopes] });
    },
  }),
];

const KINDS = ["api-key", "access", "gateway"] as const;

/** Caller ids are `{kind}:{subject}`. */
function splitId(id: Caller["id"]): readonly [(typeof KINDS)[number], string] {
  const kind = KINDS.find((one) => id.startsWith(`${one}:`));
  if (kind === undefined) throw new Error("a caller id without a known kind");
  return [kind, id.slice(kind.length + 1)];
}

/** Null for the first API key, which has no row and is accepted without the database. */
async function nameOfKey(apiKeys: Deps["apiKeys"], keyId: string): Promise<string | null> {
  return keyId === "admin" ? null : ((await apiKeys.find(keyId))?.name ?? null);
}
