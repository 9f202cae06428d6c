import { createApp } from "./app.ts";
import { storeAuditEvents } from "./audit/store-events.ts";
import { consumeDeletions } from "./consume-deletions.ts";
import { type Context, createContext } from "./context.ts";
import { ConfigurationError, type DeletionMessage, type Env } from "./env.ts";
import { problem } from "./http-errors.ts";
import { logError } from "./log.ts";
import { isPreflight, preflight, withPublicHeaders } from "./middleware/public-headers.ts";
import { runScheduled } from "./scheduled.ts";

export { JobEvents } from "./job-events.ts";

type Wired = { readonly context: Context; readonly app: ReturnType<typeof createApp> };

/** Wired once for each isolate. A WeakMap, since tests bring several environments. */
const wired = new WeakMap<Env, Wired>();

function wire(env: Env): Wired {
  const known = wired.get(env);
  if (known !== undefined) return known;
  const context = createContext({ env });
  const made = { context, app: createApp(context) };
  wired.set(env, made);
  return made;
}

export default {
  async fetch(request, env, execution) {
    try {
      return await wire(env).app.fetch(request, env, execution);
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      logError("configuration", error);
      return isPreflight(request) ? preflight(request) : withPublicHeaders(problem("misconfigured"));
    }
  },

  async scheduled(_controller, env) {
    await runScheduled(wire(env).context);
  },

  /** A deployment may add to the names of wrangler.toml, so a queue is known by the part that says what it is for. */
  async queue(batch, env) {
    if (batch.queue.includes("audit-events")) return storeAuditEvents(batch, wire(env).context);
    if (batch.queue.includes("delete-objects")) {
      return consumeDeletions(batch as MessageBatch<DeletionMessage>, wire(env).context);
    }
    throw new Error(`there is nothing to do for the queue ${batch.queue}`);
  },
} satisfies ExportedHandler<Env, unknown>;
