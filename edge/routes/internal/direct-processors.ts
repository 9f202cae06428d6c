import { ownerOfPrefix } from "../../../shared/domain/job-outcomes/prefix-owner.ts";
import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/internal/direct-processors.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { queueDeletions, whereStored } from "../../events/delete-objects.ts";
import { dispatchEvents, type OutboxDeps } from "../../events/outbox.ts";
import { advanceLaunches } from "../../launchers/advance-launches.ts";
import type { LaunchDeps } from "../../launchers/launch-deps.ts";
import { logError } from "../../log/log.ts";

type Deps = OutboxDeps & LaunchDeps & Pick<Context, "serviceState">;

/** What a processor with a connection to the database leaves to the Worker: its settings, its queues, its events. */
export const directProcessorRoutes: readonly Route<Deps>[] = [
  route(define.processorSettings, {
    handle: async ({ serviceState, rules, settings }: Deps, { query }) =>
      answer(200, {
        database: await serviceState.findMark(query.mark),
        rules,
        keyGraceSeconds: settings.KEY_GRACE_SECONDS,
        rekeyMaxInFlight: settings.MIGRATION_MAX_IN_FLIGHT,
      }),
  }),
  route(define.deleteObjects, {
    handle: async (deps: Deps, { body }) => {
      const deleted = await deletable(deps, body.prefixes);
      await queueDeletions(deps.env, deleted.flatMap(whereStored));
      return answer(200, { deleted });
    },
  }),
  route(define.dispatchOutbox, {
    handle: async (deps: Deps, { execution }) => {
      execution.waitUntil(dispatchEvents(deps).catch((error: unknown) => logError("outbox", error)));
      // The save was made by a processor, which has no launcher.
      execution.waitUntil(advanceLaunches(deps).catch((error: unknown) => logError("launch", error)));
      return answer(204, null);
    },
  }),
];

/** What a claim has stored is `live` while its job has further attempts, and garbage afterwards. */
async function deletable(
  { prefixes: uses, now }: Pick<Deps, "prefixes" | "now">,
  prefixes: readonly string[],
): Promise<string[]> {
  const found = await uses.classifyPrefixes(prefixes, now());
  return prefixes.filter((prefix, n) => ownerOfPrefix(prefix) !== null && ["live", "garbage"].includes(found[n]!));
}
