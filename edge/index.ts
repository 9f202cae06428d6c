import { scanJobs } from "../shared/application/commands/scan-jobs.ts";
import { removeExpiredUploads } from "./adapters/remove-uploads.ts";
import { createApp } from "./app.ts";
import { type Context, createContext } from "./context.ts";
import { deleteObjects } from "./delete-objects.ts";
import { ConfigurationError, type DeleteObjectsMessage, type Env } from "./env.ts";
import { problem } from "./http-errors.ts";
import { dispatchEvents } from "./outbox.ts";

export { JobEvents } from "./job-events.ts";

/** Under a Worker's limit of subrequests, at a few requests each. */
const UPLOADS_PER_SWEEP = 50;

type Wired = { readonly context: Context; readonly app: ReturnType<typeof createApp> };

/** Wired once for each isolate. A WeakMap, since tests bring several environments. */
const wired = new WeakMap<Env, Wired>();

function wire(env: Env): Wired {
  const known = wired.get(env);
  if (known !== undefined) return known;
  const context = createContext(env);
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
      console.error(JSON.stringify({ at: "configuration", error: error.message }));
      return problem("misconfigured");
    }
  },

  async scheduled(_controller, env) {
    const { context } = wire(env);
    await dispatchEvents(context);
    await scanJobs(context, context.now());
    await removeExpiredUploads({ db: context.db, source: env.SOURCE }, context.now(), UPLOADS_PER_SWEEP);
  },

  queue: (batch, env) => deleteObjects(batch, env),
} satisfies ExportedHandler<Env, DeleteObjectsMessage>;
