/* What wrangler and the platform do with a configuration of containers, as far as jobs depend on it. */

export type ContainersConfig = {
  readonly workers_dev?: boolean;
  readonly preview_urls?: boolean;
  readonly routes?: readonly unknown[];
  readonly containers: readonly ContainerApp[];
  readonly durable_objects: { readonly bindings: readonly { readonly name: string; readonly class_name: string }[] };
  readonly migrations: readonly { readonly tag: string; readonly new_sqlite_classes?: readonly string[] }[];
};

export type ContainerApp = {
  readonly class_name?: string;
  readonly image?: string;
  readonly instance_type?: unknown;
  readonly max_instances?: number;
  readonly rollout_active_grace_period?: number;
  readonly scheduling_policy?: string;
};

/** The longest job that a rollout may not stop. */
const LONGEST_JOB_SECONDS = 21_600;

/** The types of the limits page. The one without a name in a configuration is the smallest. */
export const INSTANCE_TYPES: ReadonlyMap<unknown, { vcpus: number; memoryMib: number; diskGb: number }> = new Map([
  ["standard-1", { vcpus: 0.5, memoryMib: 4096, diskGb: 8 }],
  ["standard-2", { vcpus: 1, memoryMib: 6144, diskGb: 12 }],
  ["standard-3", { vcpus: 2, memoryMib: 8192, diskGb: 16 }],
  ["standard-4", { vcpus: 4, memoryMib: 12_288, diskGb: 20 }],
]);

/** Every reason why jobs would be lost, started by strangers, or not started. */
export function configurationProblems(config: ContainersConfig): string[] {
  const problems: string[] = [];
  if (config.workers_dev !== false || config.preview_urls !== false || (config.routes ?? []).length > 0) {
    problems.push("the Worker has a public address, so that anybody may start containers");
  }
  for (const app of config.containers) problems.push(...problemsOf(app, config));
  return problems;
}

function problemsOf(app: ContainerApp, { durable_objects, migrations }: ContainersConfig): string[] {
  const name = app.class_name ?? "a container";
  const holds: readonly [boolean, string][] = [
    [durable_objects.bindings.some((binding) => binding.class_name === app.class_name), "has no binding"],
    [migrations.some(({ new_sqlite_classes = [] }) => new_sqlite_classes.includes(name)), "has no SQLite storage"],
    [INSTANCE_TYPES.has(app.instance_type), "has a size in which no film is transcoded"],
    [/^[\w.-]+\/[\w./-]+[:@]/.test(app.image ?? ""), "is built at each deployment, which needs Docker"],
    [(app.max_instances ?? 0) > 0, "has no limit of instances"],
    [(app.scheduling_policy ?? "default") === "default", "takes its size and image from code that does not name them"],
    [
      (app.rollout_active_grace_period ?? 0) >= LONGEST_JOB_SECONDS,
      "is stopped by a deployment, whatever it works on: rollout_active_grace_period is 0 where it is not set",
    ],
  ];
  return holds.filter(([isTrue]) => !isTrue).map(([, problem]) => `${name} ${problem}`);
}
