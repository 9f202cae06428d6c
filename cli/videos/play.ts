import { spawn } from "node:child_process";
import type { OperatorClient } from "../../processor/adapters/operator-client.ts";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { Output } from "../../processor/cli/output.ts";
import { reportOperatorErrors } from "../operator/report-operator-errors.ts";
import { addressesOf, type VideoAddresses, watchUrlOf } from "./video-addresses.ts";

export type PlayOptions = {
  /** A job, or a post with `/<part>` where it is not the first. */
  readonly target: string;
  readonly print: boolean;
  readonly json: boolean;
};

type Deps = {
  readonly serviceUrl: string;
  readonly client: Pick<OperatorClient, "getEncoderJob">;
  /** False where nobody sits in front of the program. */
  readonly isTerminal: boolean;
  readonly openPage: (url: string) => void;
};

/** `ladderlock play`: prints the address of the watch page, and opens it where there is a terminal. */
export function play(options: PlayOptions, deps: Deps, { out, err }: Output): Promise<number> {
  return reportOperatorErrors(async () => {
    const addresses = await find(options.target, deps);
    const play = addresses.playbackUrl === null ? "" : `Play  ${addresses.playbackUrl}\n`;
    out(options.json ? `${JSON.stringify(addresses)}\n` : `Watch ${addresses.watchUrl}\n${play}`);
    if (!options.print && !options.json && deps.isTerminal) deps.openPage(addresses.watchUrl);
    return EXIT.ok;
  }, err);
}

async function find(target: string, { serviceUrl, client }: Deps): Promise<VideoAddresses> {
  if (target.startsWith("job-")) {
    return addressesOf(await client.getEncoderJob({ params: { jobId: target } }), serviceUrl);
  }
  const [videoPostId = "", fileIndex = "0"] = target.split("/");
  return { watchUrl: watchUrlOf(serviceUrl, videoPostId, Number(fileIndex)), playbackUrl: null };
}

const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

/** The address is printed as well: a machine without a desktop has nothing that opens it. */
export function openPage(url: string, platform: NodeJS.Platform): void {
  const [program, ...args] = OPENERS[platform] ?? ["xdg-open"];
  const opened = spawn(program, [...args, url], { stdio: "ignore", detached: true });
  opened.on("error", () => {});
  opened.unref();
}
