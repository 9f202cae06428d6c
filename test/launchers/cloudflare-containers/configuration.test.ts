import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { experimental_readRawConfig } from "wrangler";
import { OWN_SETTINGS, REQUIRED_SETTINGS } from "../../../infra/cloudflare-containers/configuration.ts";
import { SIZES } from "../../../infra/cloudflare-containers/sizes.ts";
import { SETTINGS } from "../../../processor/config/config.ts";
import { contractCheck } from "../contract-files.ts";
import {
  type ContainerApp,
  type ContainersConfig,
  configurationProblems,
  INSTANCE_TYPES,
} from "./configuration-facts.ts";

const ROOT = join(import.meta.dirname, "../../..");
const FOLDER = join(ROOT, "infra/cloudflare-containers");

function read(path: string): Record<string, unknown> {
  return experimental_readRawConfig({ config: path }).rawConfig as Record<string, unknown>;
}

const config = read(join(FOLDER, "wrangler.toml")) as unknown as ContainersConfig;
const check = await contractCheck("cloudflare-containers.schema.json", "containers");

function withApp(change: ContainerApp): ContainersConfig {
  const [first, ...others] = config.containers;
  return { ...config, containers: [{ ...first, ...change }, ...others] };
}

describe("infra/cloudflare-containers/wrangler.toml", () => {
  it("describes containers that finish their jobs and that nobody else can start", () => {
    expect(configurationProblems(config)).toEqual([]);
    if (check !== null) expect(check(config.containers)).toEqual([]);
  });

  it.each<[string, ContainersConfig]>([
    ["is stopped by a deployment", withApp({ rollout_active_grace_period: 0 })],
    ["is stopped by a deployment", withApp({ rollout_active_grace_period: 300 })],
    ["no film is transcoded", withApp({ instance_type: "lite" })],
    ["needs Docker", withApp({ image: "../../Dockerfile" })],
    ["from code that does not name them", withApp({ scheduling_policy: "durable_object" })],
    ["has no limit of instances", withApp({ max_instances: 0 })],
    ["has no binding", withApp({ class_name: "JobOnStandard5" })],
    ["has no SQLite storage", { ...config, migrations: [] }],
    ["public address", { ...config, workers_dev: true }],
    ["public address", { ...config, routes: ["containers.example.com/*"] }],
  ])("is refused where a container %s", (problem, broken) => {
    expect(configurationProblems(broken)).toContainEqual(expect.stringContaining(problem));
  });

  it
    .runIf(check !== null)
    .each([{ rollout_active_grace_period: "21600" }, { instance_type: "performance-8x" }, { sleep_after: "24h" }])(
    "is refused by wrangler's own description with %o",
    (change) => {
      expect(check!([{ ...config.containers[0], ...change }])).not.toEqual([]);
    },
  );

  it("has a class, a binding and an instance type for each size of the launcher", () => {
    const bindings = new Map(config.durable_objects.bindings.map(({ name, class_name }) => [name, class_name]));
    for (const { binding, instanceType, ...resources } of SIZES) {
      const app = config.containers.find(({ class_name }) => class_name === bindings.get(binding));
      expect([app?.instance_type, INSTANCE_TYPES.get(instanceType)]).toEqual([instanceType, resources]);
    }
    expect(config.containers).toHaveLength(SIZES.length);
  });

  it("keeps signed URLs of sources and secrets out of logs and of the file", () => {
    expect(config).toMatchObject({ observability: { redact_query_string: true, logs: { invocation_logs: false } } });
    const { vars } = config as unknown as { vars: Record<string, string> };
    expect(Object.keys(vars).filter((name) => /TOKEN|KEY|SECRET/.test(name))).toEqual([]);
  });
});

it("leaves the Worker of ladderlock without containers, so that neither its start nor its deployment needs Docker", () => {
  expect(read(join(ROOT, "wrangler.toml")).containers).toBeUndefined();
});

it("starts the program of the image as the image does", () => {
  const dockerfile = readFileSync(join(ROOT, "Dockerfile"), "utf8");
  const entrypoint = JSON.parse(/^ENTRYPOINT (.+)$/m.exec(dockerfile)![1]!);
  const source = readFileSync(join(FOLDER, "job-container.ts"), "utf8");
  const [, started] = /^export const ENTRYPOINT = (\[.+\]);$/m.exec(source)!;
  expect(JSON.parse(started!)).toEqual([...entrypoint, "run"]);
});

it("requires what a processor requires that asks the Worker for jobs, and takes no name of the processor's", () => {
  const required = Object.entries(SETTINGS).filter(([, setting]) => setting.required);
  expect(required.map(([name]) => name).sort()).toEqual([...REQUIRED_SETTINGS].sort());
  expect(OWN_SETTINGS.filter((name) => name in SETTINGS)).toEqual([]);
});
