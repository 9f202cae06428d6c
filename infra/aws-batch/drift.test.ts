import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeAccount } from "../../test/launchers/aws-batch/account/fake-account.ts";
import { type CommandsOnAccount, commandsOnAccount, QUEUE } from "./commands-on-account.fixture.ts";

let commands: CommandsOnAccount;
beforeEach(async () => {
  commands = await commandsOnAccount();
});
afterEach(() => commands.stop());
const run: CommandsOnAccount["run"] = (...of) => commands.run(...of);

type Drift = readonly [what: string, change: (fake: FakeAccount) => void, finding: string];

const newest = ({ account }: FakeAccount) => account.definitions.at(-1);
const ALLOW_ALL = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}';

const DRIFTS: readonly Drift[] = [
  ["rules of retries", (of) => (newest(of).retryStrategy.evaluateOnExit = [{ action: "EXIT" }]), "evaluateOnExit"],
  ["no timeout", (of) => delete newest(of).timeout, "Its timeout: none instead of 21600 s."],
  [
    "another architecture",
    (of) => (newest(of).containerProperties.runtimePlatform.cpuArchitecture = "X86_64"),
    "Its architecture: X86_64 instead of ARM64.",
  ],
  ["another image", (of) => (newest(of).containerProperties.image = "other"), "Its image: other instead of"],
  ["less disk", (of) => delete newest(of).containerProperties.ephemeralStorage, "Its disk: 20 GiB instead of 100 GiB."],
  ["a missing secret", (of) => newest(of).containerProperties.secrets.pop(), "Its secrets: "],
  [
    "another log group",
    (of) => (newest(of).containerProperties.logConfiguration.options["awslogs-group"] = "x"),
    "Its log group: x",
  ],
  ["a deleted log group", ({ account }) => account.logGroups.clear(), "It does not exist. Run setup."],
  [
    "endless logs",
    ({ account }) => account.logGroups.set("/ladderlock/batch", {}),
    "It keeps logs for unlimited days instead of 30.",
  ],
  [
    "a deleted parameter",
    ({ account }) => account.parameters.delete("/ladderlock/PROCESSOR_TOKEN"),
    "It does not exist. Run setup.",
  ],
  [
    "a secret in the clear",
    ({ account }) => (account.parameters.get("/ladderlock/S3_ACCESS_KEY_ID")!.Type = "String"),
    "Its type is String instead of SecureString",
  ],
  [
    "another secret",
    ({ account }) => (account.parameters.get("/ladderlock/PROCESSOR_TOKEN")!.Value = "old"),
    "It has another value than PROCESSOR_TOKEN in this environment.",
  ],
  [
    "a wider execution role",
    ({ account }) => account.roles.get("ladderlock-execution")!.policies.set("all", ALLOW_ALL),
    "It has the policy all, which the processor does not need.",
  ],
  [
    "a changed policy",
    ({ account }) => account.roles.get("ladderlock-execution")!.policies.set("read-secrets-and-log", ALLOW_ALL),
    "Its policy read-secrets-and-log is another one.",
  ],
  [
    "an attached policy",
    ({ account }) => account.roles.get("ladderlock-job")!.attached.add("arn:aws:iam::aws:policy/AdministratorAccess"),
    "AdministratorAccess is attached",
  ],
  [
    "another trust",
    ({ account }) => (account.roles.get("ladderlock-job")!.trust = ALLOW_ALL),
    "Its trust policy is another one.",
  ],
  ["a disabled queue", ({ account }) => (account.queues.get(QUEUE).state = "DISABLED"), "It is disabled."],
  [
    "a smaller environment",
    ({ account }) => (account.environments.get("ladderlock-fargate-arm64").computeResources.maxvCpus = 4),
    "Its maxvCpus: 4 instead of 64.",
  ],
  [
    "an invalid environment",
    ({ account }) =>
      Object.assign(account.environments.get("ladderlock-fargate-arm64"), {
        status: "INVALID",
        statusReason: "no permission",
      }),
    "Its status is INVALID: no permission.",
  ],
];

describe("verify", () => {
  /** One account for all of them: setup leaves it as the next one needs it. */
  it.each([0, 1])("names each of many changes in a sentence, and setup repairs it (half %i)", async (half) => {
    await run(["setup", "--no-canary"]);
    for (const [what, change, finding] of DRIFTS.filter((_, index) => index % 2 === half)) {
      change(commands.fake);
      const found = await run(["verify", "--no-canary"]);
      expect([what, found.code, found.changes]).toEqual([what, 1, []]);
      expect(found.output).toContain(finding);
      expect(found.output).toContain("Findings: 1. Run setup.");
      expect((await run(["setup", "--no-canary"])).output, what).toContain("Changes: 1.");
    }
    expect((await run(["verify", "--no-canary"])).code).toBe(0);
  });

  it("names what keeps containers from the Worker, which setup leaves alone", async () => {
    await run(["setup", "--no-canary"]);
    commands.fake.account.network.route = null;
    commands.fake.account.network.groups.get("sg-1")!.egress = false;
    const found = await run(["verify"]);
    expect([found.code, found.changes]).toEqual([1, []]);
    expect(found.output).toContain("Subnet subnet-a has no route to 0.0.0.0/0: add a NAT gateway");
    expect(found.output).toContain("No security group allows outgoing HTTPS");
    const setup = await run(["setup"]);
    expect([setup.code, setup.changes]).toEqual([1, []]);
  });

  it("finds a price limit and instances without public addresses on EC2", async () => {
    const ec2 = ["--platform", "ec2-spot", "--no-canary"];
    await run(["setup", ...ec2]);
    commands.fake.account.environments.get("ladderlock-ec2-spot-arm64").computeResources.bidPercentage = 60;
    expect((await run(["verify", ...ec2])).output).toContain("It pays at most 60 % of the price on demand");
    await run(["setup", ...ec2]);
    expect((await run(["verify", ...ec2])).code).toBe(0);
    commands.fake.account.network.subnets.get("subnet-b")!.mapPublicIp = false;
    expect((await run(["verify", ...ec2])).output).toContain("Instances in subnet subnet-b get no public address");
  });
});
