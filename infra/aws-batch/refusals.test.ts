import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sentenceOf } from "./aws-error.ts";
import {
  type CommandsOnAccount,
  commandsOnAccount,
  ENVIRONMENT,
  NOTHING,
  QUEUE,
} from "./commands-on-account.fixture.ts";
import { readOptions } from "./options.ts";

let commands: CommandsOnAccount;
beforeEach(async () => {
  commands = await commandsOnAccount();
});
afterEach(() => commands.stop());
const run: CommandsOnAccount["run"] = (...of) => commands.run(...of);

describe("the canary", () => {
  it("runs in the queue with the environment and the secrets of the definition", async () => {
    await run(["setup"]);
    const { VIDEO_BATCH_JOB_QUEUE: _, ...env } = ENVIRONMENT;
    expect(commands.started).toEqual(
      [
        ["run", expect.any(String)],
        ["gc", "--dry-run"],
      ].map((args) => ({ args, env: { ...env, STOP_SECONDS: "20" } })),
    );
  });

  it.each([
    ["run", 75, "check LADDERLOCK_URL, S3_ENDPOINT, the keys and the network"],
    ["run", 78, "A setting is missing or PROCESSOR_TOKEN is refused."],
    ["run", 0, "The lines above are the end of its log."],
    ["gc", 75, "check LADDERLOCK_URL, S3_ENDPOINT, the keys and the network"],
  ])("says what to do if %s ends with exit code %i", async (command, code, advice) => {
    commands.exitCodes[command] = code;
    await expect(run(["setup"])).rejects.toThrow(advice);
  });
});

describe("a command that cannot be carried out", () => {
  it("says which secret is missing, and stores nothing else for it", async () => {
    const { PROCESSOR_TOKEN: _, ...without } = ENVIRONMENT;
    await expect(run(["setup"], without)).rejects.toThrow("Set PROCESSOR_TOKEN in the environment of setup");
    await run(["setup", "--no-canary"]);
    expect((await run(["verify", "--no-canary"], without)).code).toBe(0);
  });

  it("says which subnet does not exist", async () => {
    await expect(run(["setup", "--subnets", "subnet-a,subnet-z"])).rejects.toThrow(
      "The subnet ID 'subnet-z' does not exist in eu-central-1. Correct --subnets.",
    );
  });

  it("says that the credentials are wrong, without the request that AWS repeats", async () => {
    const failed = await run(["setup"], ENVIRONMENT, "wrong").catch(sentenceOf);
    expect(failed).toMatch(/AWS does not accept the signature\./);
    expect(failed).not.toContain("x-amz-date");
  });

  it("tears down although the network is gone", async () => {
    await run(["setup", "--no-canary"]);
    const gone = await run(["teardown", "--subnets", "subnet-z"]);
    expect([gone.code, commands.made()]).toEqual([0, NOTHING]);
  });

  it("names everything that is wrong with its options at once", () => {
    const read =
      (...args: string[]) =>
      () =>
        readOptions(args, {});
    expect(read()).toThrow("The command is one of setup, verify, teardown, policy.");
    expect(read("setup")).toThrow(/Give --region.*\n.*Give --image.*\n.*Set LADDERLOCK_URL, S3_ENDPOINT/);
    expect(read("verify", "--disk-gib", "201")).toThrow("--disk-gib is a whole number from 20 to 200.");
    expect(read("setup", "--platform", "lambda")).toThrow("--platform is one of fargate, fargate-spot, ec2-spot.");
    expect(read("setup", "--queue", "arn:aws:batch:x")).toThrow("--queue is a name without ARN and revision");
    expect(read("setup", "--attempts", "3")).toThrow("Unknown option '--attempts'");
  });
});

it("prints the policy of the Worker's key", async () => {
  const { output, changes } = await run(["policy"]);
  const { Statement } = JSON.parse(output);
  expect(changes).toEqual([]);
  expect(Statement[0].Resource).toContain(`arn:aws:batch:eu-central-1:123456789012:job-queue/${QUEUE}`);
});
