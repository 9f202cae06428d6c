import { DurableObject } from "cloudflare:workers";
import type { LaunchAnswer, LaunchedRun } from "../../edge/launchers/launcher.ts";
import type { ContainersEnv, EgressProps, StartOrder } from "./containers-env.ts";
import { CLEAN_END, type EndOfRun, endOfRun, UNSEEN_END } from "./end-of-run.ts";
import { untilUp } from "./until-up.ts";

/** Until the platform stops a container whose object was not used: far longer than the wait between heartbeats. */
const INACTIVITY_MS = 3_600_000;
/** How long the end of a run can be looked up. */
const KEPT_MS = 24 * 3_600_000;
const SIGTERM = 15;
/** Of the image, with `run` instead of `serve`. */
export const ENTRYPOINT = ["node", "--max-semi-space-size=2", "--single-threaded-gc", "cli/main.ts", "run"];
/** Written when the container starts; HTTPS is intercepted with certificates of this authority. */
const INTERCEPTION_CA = "/etc/cloudflare/certs/cloudflare-containers-ca.crt";

/** What worker.ts exports, which imports this file. */
type Exported = { readonly Egress: (options: { readonly props: EgressProps }) => Fetcher };

type Run = {
  readonly platformId: string;
  readonly jobId: string;
  readonly launchId: string;
  readonly silenceSeconds: number;
  readonly stopSeconds: number;
  readonly stopping: string | null;
  readonly end: EndOfRun | null;
};

const RUN = "run";

/** The container of one job, by whose id the object is named. It stores its latest run, which heartbeats keep alive. */
export class JobContainer extends DurableObject<ContainersEnv> {
  readonly #container: Container;
  #starting: Promise<LaunchAnswer> | null = null;

  constructor(ctx: DurableObjectState, env: ContainersEnv) {
    super(ctx, env);
    if (ctx.container === undefined) throw new Error("wrangler.toml names no container for this class");
    this.#container = ctx.container;
    if (this.#container.running) this.#watch();
  }

  /** A second launch gets the run of the first: there is one container. */
  launch(order: StartOrder): Promise<LaunchAnswer> {
    const run = this.#run();
    if (this.#starting !== null) return this.#starting;
    if (run !== undefined && this.#container.running) return Promise.resolve(launched(run.platformId));
    this.#starting = this.#start(order).finally(() => {
      this.#starting = null;
    });
    return this.#starting;
  }

  /** Null where another launch has replaced this one. */
  describe(platformId: string): LaunchedRun | null {
    const run = this.#run();
    if (run?.platformId !== platformId) return null;
    const { jobId, stopping } = run;
    if (run.end === null && this.#container.running) {
      return { platformId, jobId, state: "running", reason: stopping, exitCode: null };
    }
    const { exitCode, reason } = run.end ?? UNSEEN_END;
    return { platformId, jobId, state: "ended", reason: stopping ?? reason, exitCode };
  }

  async stop(platformId: string, reason: string): Promise<void> {
    const run = this.#run();
    if (run?.platformId !== platformId || !this.#container.running || run.stopping !== null) return;
    this.#store({ ...run, stopping: reason });
    this.#container.signal(SIGTERM);
    await this.ctx.storage.setAlarm(Date.now() + run.stopSeconds * 1000);
  }

  /** The container did something for its job, so it gets another period. */
  async heard(launchId: string): Promise<void> {
    const run = this.#run();
    if (run?.launchId !== launchId || run.stopping !== null || !this.#container.running) return;
    await this.ctx.storage.setAlarm(Date.now() + run.silenceSeconds * 1000);
  }

  /** The container was silent, ignored its signal, or ended a day ago. */
  override async alarm(): Promise<void> {
    const run = this.#run();
    if (run === undefined) return;
    if (!this.#container.running) {
      if (run.end === null) return this.#ended(run.launchId, UNSEEN_END);
      return this.ctx.storage.deleteAll();
    }
    if (run.stopping !== null) return this.#container.destroy(run.stopping);
    await this.stop(run.platformId, `The container sent no request for its job for ${run.silenceSeconds} seconds.`);
  }

  async #start({ platformId, egress, configuration }: StartOrder): Promise<LaunchAnswer> {
    const { silenceSeconds, stopSeconds } = configuration;
    const { jobId, launchId } = egress;
    this.#store({ platformId, jobId, launchId, silenceSeconds, stopSeconds, stopping: null, end: null });
    const { Egress } = this.ctx.exports as unknown as Exported;
    const way = Egress({ props: egress });
    await this.#container.interceptAllOutboundHttp(way);
    await this.#container.interceptOutboundHttps("*", way);
    this.#container.start({
      entrypoint: ENTRYPOINT,
      enableInternet: false,
      env: { ...configuration.processorSettings, VIDEO_JOB_ID: jobId, NODE_EXTRA_CA_CERTS: INTERCEPTION_CA },
      labels: { job: jobId, launch: launchId },
    });
    const end = this.#watch();
    await this.#container.setInactivityTimeout(INACTIVITY_MS);
    await this.ctx.storage.setAlarm(Date.now() + silenceSeconds * 1000);
    const outcome = await Promise.race([end, untilUp(this.#container)]);
    if (outcome === null || outcome.notStarted === null) return launched(platformId);
    await this.ctx.storage.deleteAll();
    const reason = outcome.reason ?? "no container was started";
    return { kind: "refused", cause: outcome.notStarted, reason, retryAfterSeconds: null };
  }

  /** Its end is stored before it is returned. An object that restarts looks again. */
  #watch(): Promise<EndOfRun> {
    const launchId = this.#run()?.launchId;
    const end = this.#container.monitor().then(() => CLEAN_END, endOfRun);
    const stored = end.then(async (one) => {
      await this.#ended(launchId, one);
      return one;
    });
    this.ctx.waitUntil(stored);
    return stored;
  }

  async #ended(launchId: string | undefined, end: EndOfRun): Promise<void> {
    const run = this.#run();
    if (run === undefined || run.launchId !== launchId || run.end !== null) return;
    this.#store({ ...run, end });
    await this.ctx.storage.setAlarm(Date.now() + KEPT_MS);
  }

  #run(): Run | undefined {
    return this.ctx.storage.kv.get<Run>(RUN);
  }

  #store(run: Run): void {
    this.ctx.storage.kv.put(RUN, run);
  }
}

function launched(platformId: string): LaunchAnswer {
  return { kind: "launched", platformId };
}
