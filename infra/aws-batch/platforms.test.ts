import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CommandsOnAccount, commandsOnAccount, NOTHING, QUEUE } from "./commands-on-account.fixture.ts";

let commands: CommandsOnAccount;
beforeEach(async () => {
  commands = await commandsOnAccount();
});
afterEach(() => commands.stop());
const run: CommandsOnAccount["run"] = (...of) => commands.run(...of);

const CANARY = ["batch.SubmitJob", "batch.SubmitJob"];

const PLATFORMS = [
  { platform: "fargate", counts: [3, 1, 2, 0, 0, 1, 1, 1] },
  { platform: "fargate-spot", counts: [3, 1, 2, 0, 0, 1, 1, 1] },
  { platform: "ec2-spot", counts: [3, 1, 3, 1, 1, 1, 1, 1] },
];

describe.each(PLATFORMS)("on $platform", ({ platform, counts }) => {
  const of = (command: string, ...more: string[]) => run([command, "--platform", platform, ...more]);

  it("sets up and verifies twice, after a dry run that changes nothing", async () => {
    const dry = await of("setup", "--dry-run");
    expect([dry.code, dry.changes, commands.made()]).toEqual([0, [], NOTHING]);
    expect(dry.output).toContain(`would create  job queue ${QUEUE}`);
    const first = await of("setup");
    expect([first.code, commands.made()]).toEqual([0, counts]);
    expect(first.output).toMatch(/canary {5}the Worker answers\n[\s\S]*canary {5}both buckets can be read$/);
    const second = await of("setup");
    expect([second.code, second.changes, commands.made()]).toEqual([0, CANARY, counts]);
    expect(second.output).toContain("Changes: 0.");
    const verified = await of("verify");
    expect([verified.code, verified.changes]).toEqual([0, CANARY]);
    expect((await of("verify", "--no-canary")).output).toContain("Everything is as setup makes it.");
  });

  it("tears down twice, after a dry run that changes nothing", async () => {
    await of("setup", "--no-canary");
    const dryTeardown = await of("teardown", "--dry-run");
    expect([dryTeardown.code, dryTeardown.changes, commands.made()]).toEqual([0, [], counts]);
    const gone = await of("teardown");
    expect([gone.code, commands.made()]).toEqual([0, NOTHING]);
    const again = await of("teardown");
    expect([again.code, again.changes]).toEqual([0, []]);
    expect(again.output).toContain("Removed: 0.");
  });

  it("finds what has changed in between, and repairs it", async () => {
    await of("setup", "--no-canary");
    const { account } = commands.fake;
    account.definitions.at(-1).retryStrategy = { attempts: 3 };
    account.roles.delete("ladderlock-job");
    account.queues.delete(QUEUE);
    for (const _ of [1, 2]) {
      const found = await of("verify");
      expect([found.code, found.changes]).toEqual([1, []]);
      expect(found.output).toContain("retryStrategy.attempts is 3 instead of 1: Batch would repeat jobs.");
      expect(found.output).toMatch(/WRONG {6}role ladderlock-job\n +It does not exist\. Run setup\./);
      expect(found.output).toMatch(new RegExp(`WRONG {6}job queue ${QUEUE}\\n +It does not exist`));
      expect(found.output).toContain("Findings: 3. Run setup.");
    }
    const repaired = await of("setup");
    expect(repaired.output).toContain("Changes: 3.");
    expect((await of("setup", "--no-canary")).changes).toEqual([]);
    const verified = await of("verify");
    expect([verified.code, verified.output.includes("WRONG")]).toEqual([0, false]);
    // The revision with three attempts stays ACTIVE until teardown, and the newest one counts.
    expect(account.definitions.map(({ revision, retryStrategy }) => [revision, retryStrategy.attempts])).toEqual([
      [1, 3],
      [2, 1],
    ]);
  });
});
