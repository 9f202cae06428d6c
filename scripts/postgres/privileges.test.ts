import { chmodSync, mkdirSync, mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { privilegesFor } from "./privileges.ts";

const isRoot = process.getuid?.() === 0;

function script(path: string, text: string): string {
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe.skipIf(!isRoot)("starting Postgres as root where namespaces are refused", () => {
  let folder: string;
  let program: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ladderlock-"));
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, "bin"));
    script(join(folder, "bin/unshare"), "exit 1");
    vi.stubEnv("PATH", `${join(folder, "bin")}:${process.env.PATH}`);
    program = script(join(folder, "bin/postgres"), '[ "$(id -u)" = 65534 ]');
  });
  afterEach(() => vi.unstubAllEnvs());

  it("runs it as a user without rights, who gets the files", () => {
    const { prefix, own } = privilegesFor(program, join(folder, "data"));
    expect(prefix[0]).toBe("setpriv");
    own(folder);
    expect(statSync(folder)).toMatchObject({ uid: 65_534, gid: 65_534 });
  });

  it("names the folder that the user cannot enter", () => {
    mkdirSync(join(folder, "closed"), { mode: 0o700 });
    const start = () => privilegesFor(program, join(folder, "closed/state/data"));
    expect(start).toThrow(`Another user cannot enter ${join(folder, "closed")}.`);
    expect(start).toThrow("Run this command as an ordinary user");
  });
});
