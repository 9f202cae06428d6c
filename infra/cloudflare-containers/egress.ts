import { WorkerEntrypoint } from "cloudflare:workers";
import type { ContainersEnv, EgressProps } from "./containers-env.ts";

/**
 * Every request of a container passes here, and no other way leads out. An answered call of the job API shows that the
 * container works on its job: a processor that lost its lease gets a refusal.
 */
export class Egress extends WorkerEntrypoint<ContainersEnv, EgressProps> {
  override async fetch(request: Request): Promise<Response> {
    const { binding, jobId, launchId, ladderlockHost, hosts } = this.ctx.props;
    const { hostname, pathname } = new URL(request.url);
    if (!isAllowed(hostname, hosts)) {
      console.warn(JSON.stringify({ message: "egress refused", jobId, hostname }));
      return new Response("This container may not reach this host.\n", { status: 403 });
    }
    // The container decides on redirects, so that their targets are checked as well.
    if (hostname !== ladderlockHost) return fetch(request, { redirect: "manual" });
    const response = await this.env.LADDERLOCK.fetch(request, { redirect: "manual" });
    if (response.ok && pathname.includes("/internal/")) {
      this.ctx.waitUntil(this.env[binding].getByName(jobId).heard(launchId));
    }
    return response;
  }
}

function isAllowed(hostname: string, hosts: readonly string[]): boolean {
  const name = hostname.replace(/\.$/, "").toLowerCase();
  return hosts.some((host) => (host.startsWith("*.") ? name.endsWith(host.slice(1)) : name === host));
}
