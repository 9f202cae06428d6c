import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chmod, cp, mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { generateClip, runFfmpeg } from "../../../test/fixtures/media/generate-clip.ts";
import { MEDIA_TOOLS } from "../../../test/fixtures/media/media-tools.ts";
import { pointingFiles } from "../../../test/fixtures/media/pointing-files.ts";
import { type LadderPlan, planLadder } from "../../media/encode/ladder.ts";
import { DEFAULT_MEDIA_LIMITS } from "../../media/source/limits.ts";
import type { SourceFacts } from "../../media/source/source-facts.ts";
import { inspectFfmpeg } from "./capabilities.ts";
import { guardCommand, type MediaTools } from "./launch.ts";
import { probe } from "./probe.ts";
import { runTool } from "./run-tool.ts";
import { type TranscodeInput, transcode } from "./transcode.ts";

/* What a crafted file, or an ffmpeg that was taken over by one, cannot do. */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const signal = new AbortController().signal;
const hasSetpriv = existsSync("/usr/bin/setpriv");
const hasPrlimit = existsSync("/usr/bin/prlimit");

let folder = "";
let clip = "";
let canary: Server;
let connections = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "danger-"));
  clip = join(folder, "clip.mp4");
  await generateClip({ path: clip, seconds: 4, frameRate: "25", size: "320x240", sound: true });
  await cp(clip, join(folder, "canary.mp4"));
  canary = createServer((_request, response) => response.end(readFileSync(clip)));
  canary.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => canary.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  canary.closeAllConnections();
  canary.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  connections = 0;
});

const outputFolder = () => mkdtemp(join(folder, "out-"));

async function planned(sourcePath: string): Promise<{ facts: SourceFacts; plan: LadderPlan }> {
  const found = await probe({ sourcePath, tools: MEDIA_TOOLS, signal });
  if (found.kind === "refused") throw new Error(found.reason);
  const plan = planLadder(found.facts, "VIDEO");
  if (plan.kind === "refused") throw new Error(plan.reason);
  return { facts: found.facts, plan };
}

let clipPlan: ReturnType<typeof planned> | undefined;

/** Probes the clip once for all tests. */
function plannedClip(): ReturnType<typeof planned> {
  clipPlan ??= planned(clip);
  return clipPlan;
}

/** A conversion of a source that was planned for another, which probing would have refused. */
async function convert(sourcePath: string, changes: Partial<TranscodeInput> = {}) {
  return transcode({
    ...{ sourcePath, tools: MEDIA_TOOLS, signal, ...(await plannedClip()) },
    outputDirectory: await outputFolder(),
    stallTimeoutSeconds: 30,
    encoding: { crf: 35, preset: "ultrafast" },
    onProgress: () => {},
    onSegment: () => {},
    ...changes,
  });
}

/** A program that records its call in `report` and then is the tool that it stands for. */
async function tellingTool(tool: string, script: string): Promise<{ path: string; report: string }> {
  const directory = await mkdtemp(join(folder, "tool-"));
  const report = join(directory, "report");
  const path = join(directory, "tool");
  await writeFile(path, `#!/bin/sh\n{ ${script}; } >> '${report}'\nexec ${tool} "$@"\n`);
  await chmod(path, 0o755);
  return { path, report };
}

describe("a file that points elsewhere", () => {
  const attacks = () =>
    pointingFiles(join(folder, "canary.mp4"), `http://127.0.0.1:${(canary.address() as AddressInfo).port}`);

  it.each([
    "ffconcat of a file",
    "ffconcat of a neighbour",
    "HLS playlist of a file",
    "HLS playlist of a URL",
    "DASH manifest of a file",
  ])("is not followed by ffprobe, nor by ffmpeg: %s", async (name) => {
    const attack = join(folder, "attack.mp4");
    await writeFile(attack, attacks()[name] ?? "");
    expect(await probe({ sourcePath: attack, tools: MEDIA_TOOLS, signal })).toMatchObject({ kind: "refused" });
    expect(await convert(attack)).toMatchObject({ kind: "refused" });
    expect(connections).toBe(0);
  });

  it("is followed without the guards, so the attacks are real", async () => {
    const attack = join(folder, "attack.mp4");
    const open = (...options: string[]) =>
      runFfmpeg([...options, "-i", `file:${attack}`, "-f", "null", "-"]).then(
        () => "read",
        () => "refused",
      );
    await writeFile(attack, attacks()["ffconcat of a neighbour"] ?? "");
    expect(await open()).toBe("read");
    await writeFile(attack, attacks()["HLS playlist of a URL"] ?? "");
    await open("-protocol_whitelist", "file,http,tcp,crypto,data");
    expect(connections).toBeGreaterThan(0);
  });
});

describe("a child", () => {
  const script = "pwd; ls -A; env; ulimit -d";

  async function report(tool: keyof MediaTools, run: (tools: MediaTools) => Promise<unknown>): Promise<string> {
    const telling = await tellingTool(MEDIA_TOOLS[tool], script);
    const tools = { ...MEDIA_TOOLS, [tool]: telling.path };
    await inspectFfmpeg(tools.ffmpeg);
    await rm(telling.report, { force: true });
    process.env.DANGER_TEST_SECRET = "sesame";
    await run(tools);
    delete process.env.DANGER_TEST_SECRET;
    return readFile(telling.report, "utf8");
  }

  let outputDirectory: string;
  let reports: Record<keyof MediaTools, string>;
  beforeAll(async () => {
    outputDirectory = await outputFolder();
    const ffprobe = await report("ffprobe", (tools) => probe({ sourcePath: clip, tools, signal }));
    reports = { ffprobe, ffmpeg: await report("ffmpeg", (tools) => convert(clip, { tools, outputDirectory })) };
  });

  it("sees none of our secrets, in a directory with nothing of ours: ffprobe", () => {
    const text = reports.ffprobe;
    expect(text).toContain("PATH=");
    expect(text).not.toContain("sesame");
    // pwd, and then at once the first variable: nothing was listed between them.
    expect(text).toMatch(/^\/\S+\/empty-\S+\n\w+=/);
  });

  it("sees none of our secrets, in a directory with nothing but the folders that it fills: ffmpeg", () => {
    const text = reports.ffmpeg;
    expect(text).not.toContain("sesame");
    // The folders of the ladder and of the images, and then at once the first variable.
    expect(text.startsWith(`${outputDirectory}\n360p\nimages\n`)).toBe(true);
    expect(text).toMatch(/^images\n\w+=/m);
  });

  it.skipIf(!hasPrlimit)("has a memory limit, as ffprobe and as ffmpeg", () => {
    const kibibytes = (tool: keyof MediaTools) => Number(reports[tool].trim().split("\n").at(-1));
    const most = (DEFAULT_MEDIA_LIMITS.memoryBytes ?? 0) / 1024;
    expect(kibibytes("ffprobe")).toBeGreaterThan(most);
    expect(kibibytes("ffmpeg")).toBeGreaterThan(most);
  });

  it.skipIf(!hasPrlimit)("is stopped by that limit, and has enough with the standard one", async () => {
    const { memoryBytes } = DEFAULT_MEDIA_LIMITS;
    const source = ["-f", "lavfi", "-t", "1", "-i", "testsrc2=size=1920x1080:rate=25", "-c:v", "libx264"];
    const args = ["-v", "error", ...source, "-threads", "16", "-f", "null", "-"];
    const exit = (bytes: number | null) => {
      const guarded = guardCommand(MEDIA_TOOLS.ffmpeg, args, { setpriv: false, prlimit: true, memoryBytes: bytes }, 0);
      const child = spawn(guarded.command, guarded.args, { stdio: "ignore" });
      return new Promise<number | null>((resolve) => child.once("exit", resolve));
    };
    expect(await exit(memoryBytes)).toBe(0);
    expect(await exit(100 * 2 ** 20)).not.toBe(0);
  });
});

describe("a conversion", () => {
  it("is judged by its output and not by its exit code", async () => {
    const cut = join(folder, "cut.mkv");
    await runFfmpeg(["-i", clip, "-c", "copy", cut]);
    const whole = await planned(cut);
    await truncate(cut, Math.floor((await stat(cut)).size * 0.4));
    expect(await convert(cut, whole)).toMatchObject({
      kind: "refused",
      code: "source-incomplete",
      reason: /^Only 1\.\d\d s of 4\.00 s could be decoded: the file is damaged or incomplete\./,
    });
  });

  it("does not decode a picture that is larger than its header said", async () => {
    const part = async (size: string, offset: number) => {
      const path = join(folder, `${size}.ts`);
      const picture = ["-f", "lavfi", "-t", "2", "-i", `testsrc2=size=${size}:rate=25`, "-c:v", "libx264"];
      await runFfmpeg([...picture, "-preset", "ultrafast", "-output_ts_offset", String(offset), path]);
      return readFile(path);
    };
    const grown = join(folder, "grown.ts");
    await writeFile(grown, Buffer.concat([await part("160x120", 0), await part("640x480", 2)]));
    const limits = { ...DEFAULT_MEDIA_LIMITS, maxPixels: 160 * 128 };
    const source = { ...(await planned(grown)), stallTimeoutSeconds: 30 };
    expect(await convert(grown, { ...source, limits })).toMatchObject({ kind: "refused" });
    expect(await convert(grown, source)).toMatchObject({ kind: "done", frames: 100 });
  });

  it("ends when it takes too long, with a refusal", async () => {
    const limits = { ...DEFAULT_MEDIA_LIMITS, convertGrantedSeconds: 0.2, convertSecondsPerSecond: 0 };
    expect(await convert(clip, { limits, encoding: { crf: 1, preset: "veryslow" } })).toEqual({
      kind: "refused",
      code: "took-too-long",
      reason:
        "The file could not be converted within 0 minutes. Export it in a lower resolution or frame rate, or in parts.",
    });
  });

  it("is killed with all that it started when it stalls and ignores SIGTERM", async () => {
    const directory = await mkdtemp(join(folder, "deaf-"));
    const deaf = join(directory, "ffmpeg");
    // What it can do it says; a conversion, which has a filter graph, it does not begin.
    const conversion = `trap '' TERM; sleep 61 & echo $! > '${directory}/child'; sleep 62; exit`;
    await writeFile(
      deaf,
      `#!/bin/sh\ncase "$*" in *filter_complex*) ${conversion};; esac\nexec ${MEDIA_TOOLS.ffmpeg} "$@"\n`,
    );
    await chmod(deaf, 0o755);
    const started = convert(clip, { tools: { ...MEDIA_TOOLS, ffmpeg: deaf }, stallTimeoutSeconds: 2 });
    await expect(started).rejects.toThrow("The conversion made no progress for 2 s.");
    expect(isRunning(Number(await readFile(join(directory, "child"), "utf8")))).toBe(false);
  });

  it.skipIf(!hasSetpriv)("dies with a processor that is killed", async () => {
    const source = join(folder, "long.mp4");
    await generateClip({ path: source, seconds: 30, frameRate: "30", size: "640x360", sound: false });
    const input = {
      ...{ sourcePath: source, outputDirectory: await outputFolder(), tools: MEDIA_TOOLS, ...(await planned(source)) },
      ...{ stallTimeoutSeconds: 60, encoding: { crf: 18, preset: "veryslow" } },
    };
    const script = `
      import { transcode } from ${JSON.stringify(join(import.meta.dirname, "transcode.ts"))};
      const onProgress = () => console.log("running");
      const signal = new AbortController().signal;
      await transcode({ ...${JSON.stringify(input)}, signal, onProgress, onSegment() {} });`;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((resolve) => parent.stdout.once("data", resolve));
    const pids = processesOf(source);
    expect(pids.length).toBeGreaterThan(0);
    parent.kill("SIGKILL");
    await expect.poll(() => pids.filter(isRunning)).toEqual([]);
  });
});

it("ends a tool that prints without end, after its time", async () => {
  const result = await runTool({
    ...{ command: "/bin/sh", args: ["-c", "while :; do echo y; done"], workingDirectory: "/", signal },
    timeoutSeconds: 0.3,
  });
  expect(result).toMatchObject({ timedOut: true });
  expect(result.stdout.length).toBeLessThanOrEqual(16 * 2 ** 20);
});

/** Processes, other than ours, whose command line names a path. */
function processesOf(path: string): number[] {
  const pids = readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid);
  return pids.filter((pid) => {
    try {
      const [program = "", ...args] = readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0");
      return program.includes("ffmpeg") && args.some((arg) => arg.includes(path));
    } catch {
      return false;
    }
  });
}

/** A process that was killed stays as a zombie until somebody reaps it. */
function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
}
