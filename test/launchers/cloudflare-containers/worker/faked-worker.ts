import type { ContainersEnv } from "../../../../infra/cloudflare-containers/containers-env.ts";
import { JobContainer } from "../../../../infra/cloudflare-containers/job-container.ts";
import { SIZES, type SizeBinding } from "../../../../infra/cloudflare-containers/sizes.ts";
import worker, { Egress } from "../../../../infra/cloudflare-containers/worker.ts";
import { FakeContainer, type FakedEnv } from "./fake-container.ts";

/* The Worker of the containers with another `ctx.container`, and with a path for what a container and a test do. */

export { Egress };

type Env = FakedEnv &
  Pick<ContainersEnv, "LADDERLOCK"> & {
    readonly [binding in SizeBinding]: DurableObjectNamespace<JobContainer>;
  };

class Faked extends JobContainer {
  readonly #fake: FakeContainer;

  constructor(ctx: DurableObjectState, env: Env) {
    const fake = new FakeContainer(ctx, env);
    Object.defineProperty(ctx, "container", { value: fake });
    super(ctx, env);
    this.#fake = fake;
  }

  override async fetch(request: Request): Promise<Response> {
    const url = request.headers.get("x-fake-url");
    if (url !== null) return this.#fake.leave(asSent(url, request));
    if (request.method === "GET") return Response.json(await this.ctx.storage.getAlarm());
    this.ctx.abort("the test restarts the object");
    throw new Error("not reached");
  }
}

export class JobOnStandard2 extends Faked {}
export class JobOnStandard3 extends Faked {}
export class JobOnStandard4 extends Faked {}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/launch") return launched(request, env);
    if (pathname !== "/fake/object") return worker.fetch(request, env);
    const id = request.headers.get("x-fake-object")!;
    const { binding } = SIZES.find((size) => isOf(env[size.binding], id))!;
    return env[binding].get(env[binding].idFromString(id)).fetch(request);
  },
} satisfies ExportedHandler<Env>;

/** The platform may start the container, and its reply be lost. */
async function launched(request: Request, env: Env): Promise<Response> {
  const response = await worker.fetch(request, env);
  const reply = await env.PLATFORM.fetch("http://platform/reply", { method: "POST", body: "{}" });
  if ((await reply.json()) === "lost") throw new Error("Network connection lost.");
  return response;
}

/** Redirects are the container's, as on the platform. */
function asSent(url: string, request: Request): Request {
  const sent = new Request(new Request(url, request), { redirect: "manual" });
  for (const name of ["x-fake-url", "x-fake-object"]) sent.headers.delete(name);
  return sent;
}

function isOf(namespace: DurableObjectNamespace<JobContainer>, id: string): boolean {
  try {
    namespace.idFromString(id);
    return true;
  } catch {
    return false;
  }
}
