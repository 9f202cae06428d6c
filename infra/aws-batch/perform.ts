import { runCanary } from "./canary.ts";
import type { Clients } from "./clients.ts";
import { accountOf, everything } from "./everything.ts";
import { findNetwork, type Network } from "./network.ts";
import type { Asked } from "./options.ts";
import { policy } from "./policies.ts";
import { type Print, SetupError, setUp, tearDown, verify } from "./resource.ts";
import type { Waiting } from "./wait-until.ts";

/** Carries a command out; resolves to the exit code: 0, or 1 where verify found something. */
export async function perform(asked: Asked, clients: Clients, waiting: Waiting, print: Print): Promise<number> {
  const { command, plan, dryRun, canary } = asked;
  const network = await networkFor(asked, clients);
  const resources = everything(plan, network, clients, waiting);
  switch (command) {
    case "setup": {
      for (const problem of network.problems) print(`WRONG      network: ${problem}`);
      if (network.problems.length > 0) return 1;
      const changes = await setUp(resources, dryRun, print);
      print(`${dryRun ? "Changes to make" : "Changes"}: ${changes}.`);
      if (canary) await runCanary(plan, clients, waiting, print);
      return 0;
    }
    case "verify": {
      const title = `network ${network.subnets.join(", ")} with ${network.securityGroups.join(", ")}`;
      print(`${network.problems.length === 0 ? "ok       " : "WRONG    "}  ${title}`);
      for (const problem of network.problems) print(`             ${problem}`);
      const findings = [...network.problems, ...(await verify(resources, print))];
      print(findings.length === 0 ? "Everything is as setup makes it." : `Findings: ${findings.length}. Run setup.`);
      if (findings.length > 0) return 1;
      if (canary) await runCanary(plan, clients, waiting, print);
      return 0;
    }
    case "teardown": {
      const removed = await tearDown(resources, dryRun, print);
      print(`${dryRun ? "To remove" : "Removed"}: ${removed}.`);
      return 0;
    }
    case "policy": {
      const { region, jobQueue, jobDefinition } = plan;
      const values = { ...accountOf(plan, network), region, jobQueue, jobDefinition };
      print(JSON.stringify(policy("worker", values), null, 2));
      return 0;
    }
    default:
      return command satisfies never;
  }
}

const NO_NETWORK: Network = {
  ...{ subnets: [], securityGroups: [], account: "000000000000", assignPublicIp: "DISABLED", problems: [] },
};

/** Teardown needs no network: its subnets may be gone already. */
async function networkFor({ command, plan }: Asked, clients: Clients): Promise<Network> {
  try {
    return await findNetwork(plan, clients);
  } catch (error) {
    if (command === "teardown" && error instanceof SetupError) return NO_NETWORK;
    throw error;
  }
}
