import { type Context, createContext } from "./context.ts";
import type { Env } from "./env.ts";
import { dispatchingAll } from "./events/outbox.ts";
import { handleMessages } from "./handle-messages.ts";
import { problem } from "./http/problems.ts";
import { logError } from "./log/log.ts";
import { isPreflight, preflight, withPublicHeaders } from "./middleware/public-headers.ts";
import { createRequestHandler, type RequestHandler } from "./request-handler.ts";
import { runScheduled } from "./scheduled.ts";
import { ConfigurationError } from "./settings/settings.ts";

export { CallerEvents } from "./durable-objects/caller-events.ts";
export { JobEvents } from "./durable-objects/job-events.ts";
export { PostEvents } from "./durable-objects/post-events.ts";
export { PlayCounter } from "./gate/play-counter.ts";

type Wired = { readonly context: Context; readonly handle: RequestHandler };

/** Created once per isolate. A WeakMap, because tests use several environments. */
const wired = new WeakMap<Env, Wired>();

function wire(env: Env): Wired {
  const known = wired.get(env);
  if (known !== undefined) return known;
  const context = createContext({ env });
  const made = { context, handle: createRequestHandler(context) };
  wired.set(env, made);
  return made;
}

export default {
  async fetch(request, env, execution) {
    try {
      return await wire(env).handle(request, execution);
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      logError("configuration", error);
      return isPreflight(request) ? preflight(request) : withPublicHeaders(problem("misconfigured"));
    }
  },

  async scheduled(_controller, env) {
    await runScheduled(wire(env).context);
  },

  async queue(batch, env) {
    await dispatchingAll(wire(env).context, (invocation) => handleMessages(batch, invocation));
  },
} satisfies ExportedHandler<Env, unknown>;
