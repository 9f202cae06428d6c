import { type FakeAccount, startFakeAccount } from "../../test/launchers/aws-batch/account/fake-account.ts";
import { type Clients, createClients } from "./clients.ts";
import { readOptions } from "./options.ts";
import { perform } from "./perform.ts";

const REGION = "eu-central-1";
const key = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMIK7MDENGbPxRfiCY", sessionToken: null };

export const ENVIRONMENT: Readonly<Record<string, string>> = {
  ...{ LADDERLOCK_URL: "https://video.example.com", S3_ENDPOINT: "https://account.r2.cloudflarestorage.com" },
  ...{ SOURCE_BUCKET: "source", PLAYBACK_BUCKET: "playback", VIDEO_BATCH_JOB_QUEUE: "academy-video-batch-queue" },
  ...{ PROCESSOR_TOKEN: "token-of-the-processor", S3_ACCESS_KEY_ID: "r2-key", S3_SECRET_ACCESS_KEY: "r2-secret" },
};
export const QUEUE = "academy-video-batch-queue";
const IMAGE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ladderlock@sha256:00";
const waiting = {
  pauseMs: 0,
  longestMs: 60_000,
  now: Date.now,
  sleep: () => new Promise((done) => setImmediate(done)),
};

type Ran = { readonly code: number; readonly output: string; readonly changes: readonly string[] };

/** The commands on an account of its tests. Its containers end at once, with `exitCodes` by their command. */
export type CommandsOnAccount = {
  readonly fake: FakeAccount;
  readonly started: { args: readonly string[]; env: Readonly<Record<string, string>> }[];
  exitCodes: Record<string, number>;
  run(args: readonly string[], env?: Readonly<Record<string, string>>, secretAccessKey?: string): Promise<Ran>;
  /** Sizes of what the account holds; of definitions, the ACTIVE revisions. */
  made(): number[];
  stop(): Promise<void>;
};

export async function commandsOnAccount(): Promise<CommandsOnAccount> {
  const started: CommandsOnAccount["started"] = [];
  const fake = await startFakeAccount(key, REGION, async (args, env) => {
    started.push({ args, env });
    return { exit: Promise.resolve(commands.exitCodes[args[0]!] ?? null), signal: () => undefined };
  });
  const clientsWith = (secretAccessKey: string): Clients =>
    createClients({
      ...{ region: REGION, endpoint: fake.endpoint },
      credentials: { accessKeyId: key.accessKeyId, secretAccessKey },
    });
  const clients = clientsWith(key.secretAccessKey);
  const commands: CommandsOnAccount = {
    ...{ fake, started, exitCodes: { run: 65, gc: 0 } },
    async run(args, env = ENVIRONMENT, secretAccessKey) {
      const lines: string[] = [];
      const before = fake.changes.length;
      const asked = readOptions([...args, "--region", REGION, "--image", IMAGE], env);
      const used = secretAccessKey === undefined ? clients : clientsWith(secretAccessKey);
      const code = await perform(asked, used, waiting, (line) => lines.push(line));
      return { code, output: lines.join("\n"), changes: fake.changes.slice(before) };
    },
    made() {
      const { parameters, logGroups, roles, instanceProfiles, launchTemplates, environments, queues, definitions } =
        fake.account;
      const maps = [parameters, logGroups, roles, instanceProfiles, launchTemplates, environments, queues];
      return [...maps.map(({ size }) => size), definitions.filter(({ status }) => status === "ACTIVE").length];
    },
    async stop() {
      for (const client of Object.values(clients)) client.destroy();
      await fake.stop();
    },
  };
  return commands;
}

export const NOTHING = [0, 0, 0, 0, 0, 0, 0, 0];
