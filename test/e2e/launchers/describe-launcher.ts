import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { V4WorkerOptions } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bodyOf } from "../../../client/index.ts";
import { generateClip } from "../../fixtures/media/generate-clip.ts";
import { type Containers, processorContainers, type StartContainer } from "../../launchers/containers.ts";
import { decoded } from "../decoded.ts";
import { type Part, type Stack, startStack } from "../stack.ts";

/*
 * A system in which no processor polls: the Worker asks a fake platform for a container, which is a real processor, and the
 * film is published and plays.
 */

export type PlatformUnderTest = {
  /** Of the Worker: the launcher, and where its platform answers. */
  readonly settings: Record<string, string>;
  /** The Worker of the containers, where the platform is one. */
  readonly worker?: V4WorkerOptions;
  /** Called with the running system. */
  opened?(stack: Stack): Promise<void>;
  /** The platform starts the container of the next launch, and its reply is lost. */
  loseReply(): void;
  [Symbol.asyncDispose](): Promise<void>;
};

export type System = {
  readonly stack: Stack;
  /** A clip on this machine. */
  readonly clip: string;
  readonly containers: Containers;
  /** The part plays, and each of its jobs was done by its first attempt. */
  expectDoneOnce(part: Part): Promise<void>;
};

const FRAMES = 100;

/** `more` adds what is true of this platform alone. */
export function describeLauncher(
  platform: string,
  open: (start: StartContainer) => Promise<PlatformUnderTest>,
  more: (system: () => System) => void = () => {},
): void {
  describe(`a film on ${platform}`, () => {
    let directory: string;
    let clip: string;
    let stack: Stack;
    let containers: Containers;
    let fake: PlatformUnderTest;

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), "ladderlock-launcher-"));
      clip = join(directory, "clip.mp4");
      fake = await open((args, env) => containers.start(args, env));
      const { settings, worker } = fake;
      stack = await startStack({ processor: false, settings, ...(worker === undefined ? {} : { containers: worker }) });
      await fake.opened?.(stack);
      // On Cloudflare Containers they reach HTTP alone.
      containers = processorContainers(worker === undefined ? stack : { ...stack, databaseUrl: null });
      await generateClip({ path: clip, size: "320x180", frameRate: "25", seconds: FRAMES / 25, sound: true });
    });

    afterAll(async () => {
      await containers?.[Symbol.asyncDispose]();
      await fake?.[Symbol.asyncDispose]();
      await stack?.stop();
      await rm(directory, { recursive: true, force: true });
    });

    async function expectDoneOnce(part: Part): Promise<void> {
      const { masterUrl } = await stack.token(part);
      expect((await decoded(stack.origin + masterUrl, "0:v:0")).frames).toBe(FRAMES);
      const { jobs } = bodyOf(await stack.client.listJobs({ query: { videoPostId: part.videoPostId } }));
      expect(jobs.map(({ kind, state, attempt }) => [kind, state, attempt])).toEqual([
        ["ENCRYPT", "SUCCEEDED", 1],
        ["TRANSCODE", "SUCCEEDED", 1],
      ]);
    }

    it("is published by the container of one launch, and plays", async () => {
      await expectDoneOnce(await stack.ingest(clip));
      expect(containers.count()).toBe(1);
    });

    it("is published once where the reply of its launch is lost", async () => {
      fake.loseReply();
      await expectDoneOnce(await stack.ingest(clip));
      expect(containers.count()).toBe(2);
    });

    more(() => ({ stack, clip, containers, expectDoneOnce }));
  });
}
