import { randomBytes } from "node:crypto";
import type { Container, StartContainer } from "../containers.ts";
import { contractCheck } from "../contract-files.ts";
import { type FakeHttp, type PlatformAnswer, type PlatformRequest, startFakeHttp } from "../fake-http.ts";
import { isStopRequest, type MachineRequest, readMachineRequest } from "./machine-facts.ts";

/* Fly's Machines API for one app: it checks each request, and a machine is a container that really runs. */

export const FLY_APP = "ladderlock-jobs";
export const FLY_TOKEN = "FlyV1 fm2_test-deploy-token-0123456789";

type FakeMachine = {
  readonly id: string;
  readonly request: MachineRequest;
  readonly createdAt: number;
  state: "created" | "started" | "stopping" | "destroyed";
  readonly events: object[];
  container: Container | null;
};

export type FakeFly = FakeHttp & {
  readonly machines: readonly FakeMachine[];
  /** Regions without room, from now on. */
  readonly fullRegions: Set<string>;
  /** New machines stay in the state "created" while this is set. */
  startsNothing: boolean;
};

const MACHINES = `/v1/apps/${FLY_APP}/machines`;

export async function startFakeFly(start: StartContainer, now: () => number = Date.now): Promise<FakeFly> {
  const machines: FakeMachine[] = [];
  const fullRegions = new Set<string>();
  const ofContract = await contractCheck("fly-machines.openapi.json", "CreateMachineRequest");

  async function create({ body }: PlatformRequest): Promise<PlatformAnswer> {
    const request = readMachineRequest(body);
    if (typeof request === "string") return failure(422, `invalid_argument: ${request}`);
    const broken = ofContract?.(body) ?? [];
    if (broken.length > 0) return failure(422, `invalid_argument: against the contract: ${broken.join(", ")}`);
    const holder = machines.find((one) => one.state !== "destroyed" && one.request.name === request.name);
    if (holder !== undefined) {
      const words = `machine ID ${holder.id} already exists with name "${request.name}"`;
      return failure(409, `already_exists: unique machine name violation, ${words}`);
    }
    if (fullRegions.has(request.region ?? "")) {
      return failure(422, "could not find a candidate host", "insufficient_capacity");
    }
    const id = randomBytes(7).toString("hex");
    const machine: FakeMachine = { id, request, createdAt: now(), state: "created", events: [], container: null };
    machines.push(machine);
    if (!fly.startsNothing) await run(machine);
    return { status: 200, body: shown(machine) };
  }

  async function run(machine: FakeMachine): Promise<void> {
    const { init, env } = machine.request.config;
    machine.container = await start(init.cmd, env);
    machine.state = "started";
    machine.events.unshift({ type: "start", status: "started", source: "flyd" });
    machine.container.exit.then((code) => {
      const exit = { exit_code: code ?? 137, oom_killed: code === null, requested_stop: machine.state === "stopping" };
      machine.events.unshift({ type: "exit", status: "stopped", source: "flyd", request: { exit_event: exit } });
      machine.state = "destroyed";
    });
  }

  function stop(machine: FakeMachine, body: unknown): PlatformAnswer {
    if (!isStopRequest(body)) return failure(400, "invalid_argument: signal and timeout");
    if (machine.state !== "started") {
      return failure(412, "failed_precondition: machine not in known state for stopping");
    }
    machine.state = "stopping";
    machine.container?.signal("SIGTERM");
    return { status: 200, body: { ok: true } };
  }

  function destroy(machine: FakeMachine, query: URLSearchParams): PlatformAnswer {
    if (query.get("force") !== "true" && machine.state === "started") {
      return failure(412, "failed_precondition: the machine runs");
    }
    machine.container?.signal("SIGKILL");
    machine.state = "destroyed";
    return { status: 200, body: { ok: true } };
  }

  const server = await startFakeHttp((request) => {
    const { method, path, headers, query, body } = request;
    if (headers.authorization !== `Bearer ${FLY_TOKEN}`) return failure(401, "unauthorized");
    if (!path.startsWith(MACHINES)) return failure(404, "app not found");
    const [id, action] = path.slice(MACHINES.length + 1).split("/");
    if (id === "" && method === "POST") return create(request);
    if (id === "" && method === "GET") return { status: 200, body: listed(query) };
    const machine = machines.find((one) => one.id === id);
    if (machine === undefined) return failure(404, "machine not found");
    if (method === "GET" && action === undefined) return { status: 200, body: shown(machine) };
    if (method === "POST" && action === "stop") return stop(machine, body);
    if (method === "DELETE" && action === undefined) return destroy(machine, query);
    return failure(404, "no such route");
  });

  /** Destroyed machines are listed only on request. */
  function listed(query: URLSearchParams): object[] {
    const jobId = query.get("metadata.job_id");
    const among = machines.filter(({ state }) => state !== "destroyed");
    return among.filter(({ request }) => jobId === null || request.config.metadata.job_id === jobId).map(shown);
  }

  const fly: FakeFly = { ...server, machines, fullRegions, startsNothing: false };
  return fly;
}

function shown({ id, request, createdAt, state, events }: FakeMachine): object {
  const { name, region = "fra", config } = request;
  return { id, name, region, state, config, events, created_at: new Date(createdAt).toISOString() };
}

function failure(status: number, error: string, code?: string): PlatformAnswer {
  return { status, body: { error, ...(code === undefined ? {} : { status: code }) } };
}
