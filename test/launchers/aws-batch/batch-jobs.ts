import { randomUUID } from "node:crypto";
import type { Container, StartContainer } from "../containers.ts";
import type { SubmittedJob } from "./batch-facts.ts";

type Definition = { readonly args: readonly string[]; readonly environment: Readonly<Record<string, string>> };

type Status = "RUNNABLE" | "RUNNING" | "SUCCEEDED" | "FAILED";

type Job = {
  readonly jobId: string;
  readonly input: SubmittedJob;
  status: Status;
  statusReason: string | undefined;
  exitCode: number | undefined;
  container: Container | null;
};

const NOT_FOUND = null;

/** The jobs of one account: each runs one container, once. */
export class BatchJobs {
  readonly #start: StartContainer;
  readonly #jobs = new Map<string, Job>();
  /** While set, jobs stay RUNNABLE for this reason. */
  waitReason: string | null = null;

  constructor(start: StartContainer) {
    this.#start = start;
  }

  get submitted(): readonly SubmittedJob[] {
    return [...this.#jobs.values()].map(({ input }) => input);
  }

  /** The number of containers that run. */
  get running(): number {
    return [...this.#jobs.values()].filter(({ status }) => status === "RUNNING").length;
  }

  /** `definition` is what the container gets from its job definition. */
  async submit(input: SubmittedJob, definition: Definition = { args: ["run"], environment: {} }): Promise<string> {
    const jobId = randomUUID();
    const job: Job = {
      jobId,
      input,
      status: "RUNNABLE",
      ...{ statusReason: undefined, exitCode: undefined, container: null },
    };
    this.#jobs.set(jobId, job);
    if (this.waitReason === null) await this.#run(job, definition);
    else job.statusReason = this.waitReason;
    return jobId;
  }

  /** What DescribeJobs says; unknown jobs are left out. */
  describe(jobIds: readonly string[]): unknown[] {
    return jobIds.flatMap((id) => this.#jobs.get(id) ?? []).map((job) => detailOf(job));
  }

  /** False where there is no such job. */
  terminate(jobId: string, reason: string): boolean {
    const job = this.#jobs.get(jobId) ?? NOT_FOUND;
    if (job === NOT_FOUND) return false;
    if (job.status === "SUCCEEDED" || job.status === "FAILED") return true;
    job.statusReason = reason;
    if (job.container === null) job.status = "FAILED";
    else job.container.signal("SIGTERM");
    return true;
  }

  /** Batch keeps ended jobs for seven days. */
  forget(jobId: string): void {
    this.#jobs.delete(jobId);
  }

  async stopAll(): Promise<void> {
    for (const { jobId } of this.#jobs.values()) this.terminate(jobId, "the platform ends");
    await Promise.all([...this.#jobs.values()].map(({ container }) => container?.exit));
  }

  async #run(job: Job, { args, environment: given }: Definition): Promise<void> {
    const { environment } = job.input.containerOverrides;
    const own = Object.fromEntries(environment.map(({ name, value }) => [name, value]));
    job.container = await this.#start(args, { ...given, ...own });
    job.status = "RUNNING";
    void job.container.exit.then((code) => {
      job.exitCode = code ?? 137;
      job.status = code === 0 ? "SUCCEEDED" : "FAILED";
      job.statusReason ??= "Essential container in task exited";
    });
  }
}

function detailOf({ jobId, input, status, statusReason, exitCode }: Job): unknown {
  const { jobName, jobQueue, jobDefinition, tags, containerOverrides } = input;
  const ended = exitCode === undefined ? {} : { exitCode, logStreamName: `job/default/${jobId}` };
  const container = { environment: containerOverrides.environment, ...ended };
  const reason = statusReason === undefined ? {} : { statusReason };
  return {
    jobId,
    jobName,
    jobQueue,
    jobDefinition,
    status,
    ...reason,
    startedAt: Date.now(),
    tags,
    container,
    attempts: [],
  };
}
