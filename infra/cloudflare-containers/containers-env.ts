import type { LaunchAnswer, LaunchedRun } from "../../edge/launchers/launcher.ts";
import type { Configuration } from "./configuration.ts";
import type { SizeBinding } from "./sizes.ts";

export type EgressProps = {
  readonly binding: SizeBinding;
  readonly jobId: string;
  readonly launchId: string;
  readonly ladderlockHost: string;
  readonly hosts: readonly string[];
};

export type StartOrder = {
  readonly platformId: string;
  readonly egress: EgressProps;
  readonly configuration: Pick<Configuration, "processorSettings" | "silenceSeconds" | "stopSeconds">;
};

/** The object of a job, by its calls. */
export type JobRuns = {
  launch(order: StartOrder): Promise<LaunchAnswer>;
  describe(platformId: string): Promise<LaunchedRun | null>;
  stop(platformId: string, reason: string): Promise<void>;
  heard(launchId: string): Promise<void>;
};

/** The bindings of wrangler.toml. */
export type ContainersEnv = {
  readonly [binding in SizeBinding]: { getByName(jobId: string): JobRuns };
} & {
  /** The Worker of ladderlock. */
  readonly LADDERLOCK: Pick<Fetcher, "fetch">;
};
