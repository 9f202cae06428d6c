import { describe, expect, it } from "vitest";
import { childEnvironment, guardCommand } from "./launch.ts";

describe("a child process", () => {
  it("receives no variable of the processor beyond what the loader needs", () => {
    const source = { PATH: "/usr/bin", LD_LIBRARY_PATH: "/opt/lib", PROCESSOR_TOKEN: "secret", HOME: "/root" };
    expect(childEnvironment(source)).toEqual({ PATH: "/usr/bin", LD_LIBRARY_PATH: "/opt/lib", LC_ALL: "C" });
  });

  it("is tied to its parent and limited in memory where the tools exist", () => {
    expect(guardCommand("ffmpeg", ["-version"], { setpriv: true, prlimit: true, memoryBytes: 2 ** 32 }, 2)).toEqual({
      command: "setpriv",
      args: ["--pdeathsig", "KILL", "--", "prlimit", "--data=4563402752", "--core=0", "--", "ffmpeg", "-version"],
    });
    expect(guardCommand("ffmpeg", ["-version"], { setpriv: false, prlimit: true, memoryBytes: null })).toEqual({
      command: "ffmpeg",
      args: ["-version"],
    });
  });
});
