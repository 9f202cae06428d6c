import type * as z from "zod";
import {
  type DESCRIBE_ANSWER,
  DESCRIBE_REQUEST,
  type LAUNCH_ANSWER,
  LAUNCH_REQUEST,
  STOP_REQUEST,
} from "../../edge/launchers/cloudflare-containers/messages.ts";
import { readConfiguration } from "./configuration.ts";
import type { ContainersEnv, JobRuns } from "./containers-env.ts";
import { JobContainer } from "./job-container.ts";
import { LARGEST_DISK_GIB, SIZES, sizeFor } from "./sizes.ts";

export { Egress } from "./egress.ts";

/* One class for each instance type: wrangler.toml gives a class its size. */
export class JobOnStandard2 extends JobContainer {}
export class JobOnStandard3 extends JobContainer {}
export class JobOnStandard4 extends JobContainer {}

const NO_BODY_PATH = "/healthz";

export default {
  async fetch(request: Request, env: ContainersEnv): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === NO_BODY_PATH) return health(env);
    if (request.method !== "POST") return problem(405, "Only POST is answered here.");
    const body = await readJson(request);
    switch (pathname) {
      case "/launch":
        return parsed(LAUNCH_REQUEST, body, (order) => launch(env, order));
      case "/describe":
        return parsed(DESCRIBE_REQUEST, body, ({ platformIds }) => describe(env, platformIds));
      case "/stop":
        return parsed(STOP_REQUEST, body, ({ platformId, reason }) => stop(env, platformId, reason));
      default:
        return problem(404, "There is no such path.");
    }
  },
} satisfies ExportedHandler<ContainersEnv>;

type Order = z.infer<typeof LAUNCH_REQUEST>;
type Answer = z.infer<typeof LAUNCH_ANSWER>;

async function launch(env: ContainersEnv, { jobId, launchId, resources, sourceHost }: Order): Promise<Answer> {
  const read = readConfiguration(env);
  if (read.kind === "wrong") return misconfigured(`infra/cloudflare-containers: ${read.problems.join("; ")}`);
  const size = sizeFor(resources);
  if (size === null) {
    const { memoryMib, leastDiskGib } = resources;
    return misconfigured(
      `The job needs ${memoryMib} MiB of memory and ${leastDiskGib} GiB of disk. Cloudflare Containers have at most 12,288 MiB and, beside the image, ${LARGEST_DISK_GIB} GiB. LAUNCH_MIN_DISK_GIB and LAUNCH_RESOURCES may ask for less.`,
    );
  }
  const { binding } = size;
  const { ladderlockHost, hosts } = read.configuration;
  const source = sourceHost === null ? [] : [new URL(`https://${sourceHost}`).hostname];
  const egress = { binding, jobId, launchId, ladderlockHost, hosts: [...hosts, ...source] };
  const platformId = `${size.instanceType}/${jobId}/${launchId}`;
  return env[binding].getByName(jobId).launch({ platformId, egress, configuration: read.configuration });
}

function misconfigured(reason: string): Answer {
  return { kind: "refused", cause: "misconfigured", reason, retryAfterSeconds: null };
}

async function describe(env: ContainersEnv, platformIds: readonly string[]): Promise<z.infer<typeof DESCRIBE_ANSWER>> {
  const runs = await Promise.all(platformIds.map((platformId) => objectOf(env, platformId)?.describe(platformId)));
  return { runs: runs.filter((run) => run !== null && run !== undefined) };
}

async function stop(env: ContainersEnv, platformId: string, reason: string): Promise<Record<string, never>> {
  await objectOf(env, platformId)?.stop(platformId, reason);
  return {};
}

/** Null for an id of another platform or of a size that is no longer offered: nothing here knows it. */
function objectOf(env: ContainersEnv, platformId: string): JobRuns | null {
  const [instanceType, jobId] = platformId.split("/");
  const size = SIZES.find((one) => one.instanceType === instanceType);
  return size === undefined || jobId === undefined ? null : env[size.binding].getByName(jobId);
}

function health(env: ContainersEnv): Response {
  const read = readConfiguration(env);
  return read.kind === "read" ? Response.json({}) : problem(500, read.problems.join("; "));
}

async function readJson(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    return undefined;
  }
}

async function parsed<T>(
  schema: z.ZodType<T>,
  body: unknown,
  answer: (input: T) => Promise<object>,
): Promise<Response> {
  const input = schema.safeParse(body);
  if (input.success) return Response.json(await answer(input.data));
  const [issue] = input.error.issues;
  return problem(400, `${issue?.path.join(".") || "body"}: ${issue?.message}`);
}

function problem(status: number, detail: string): Response {
  return Response.json({ detail }, { status });
}
