import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import type { ReadStream } from "node:tty";
import { createClient, UnexpectedAnswer } from "../../client/index.ts";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { Output } from "../../processor/cli/output.ts";
import type { Environment } from "../../processor/config/config.ts";
import { writeConfigFile } from "./config-file.ts";
import { type ConnectionFlags, configPath } from "./connection.ts";

const CHECK_TIMEOUT_MS = 15_000;

/** Stores the server and the key that it accepts. The key comes from the terminal, unseen, or from stdin. */
export async function login(
  flags: ConnectionFlags,
  environment: Environment,
  input: ReadStream,
  { out, err }: Output,
): Promise<number> {
  const server = (flags.server ?? environment.LADDERLOCK_URL ?? "").trim().replace(/\/+$/, "");
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) {
    err("Name the server: ladderlock login --server https://video.example.com\n");
    return EXIT.usage;
  }
  const apiKey = flags.apiKey ?? (await readLine(input, `API key for ${server}: `));
  if (apiKey === "") {
    err("No API key was entered.\n");
    return EXIT.usage;
  }
  const refusal = await whyRefused(server, apiKey);
  if (refusal !== null) {
    err(`${refusal.text}\n`);
    return refusal.code;
  }
  const path = configPath(flags, environment);
  writeConfigFile(path, { server, apiKey });
  out(`Stored in ${path}.\n`);
  return EXIT.ok;
}

/** A key without the scope of this one request is a valid key all the same. */
async function whyRefused(baseUrl: string, token: string): Promise<{ text: string; code: number } | null> {
  try {
    const found = await createClient({ baseUrl, token, timeoutMs: CHECK_TIMEOUT_MS }).listVideoPosts({
      query: { limit: "1" },
    });
    if (found.ok || found.status === 403) return null;
    if (found.status === 401) return { text: `${baseUrl} does not accept this key.`, code: EXIT.failed };
    return { text: `${baseUrl} answered ${found.status}: ${found.problem.title}.`, code: EXIT.tryLater };
  } catch (error) {
    if (error instanceof UnexpectedAnswer)
      return { text: `${baseUrl} answers, but is not ladderlock (status ${error.status}).`, code: EXIT.failed };
    return { text: `${baseUrl} could not be reached.`, code: EXIT.tryLater };
  }
}

/** Echoes nothing: the terminal is raw while readline reads it, and what readline would show is dropped. */
async function readLine(input: ReadStream, question: string): Promise<string> {
  if (input.isTTY) process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: silent, terminal: input.isTTY === true });
  lines.on("SIGINT", () => process.exit(EXIT.tryLater));
  try {
    for await (const line of lines) return line.trim();
    return "";
  } finally {
    lines.close();
    if (input.isTTY) process.stderr.write("\n");
  }
}
