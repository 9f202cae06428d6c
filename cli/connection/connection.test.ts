import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { writeConfigFile } from "./config-file.ts";
import { readConnection, readOperatorConnection } from "./connection.ts";

const folder = mkdtempSync(join(tmpdir(), "ladderlock-config-"));
const file = join(folder, "ladderlock/config.json");
const stored = { server: "https://stored.example/", apiKey: "stored-key" };
const HOME = { XDG_CONFIG_HOME: folder };

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (flags = {}, environment = {}) => {
  writeConfigFile(file, stored);
  return readConnection(flags, { ...HOME, ...environment }, "linux");
};
const valid = (serviceUrl: string, adminApiKey: string | null) => ({
  kind: "valid",
  config: { serviceUrl, adminApiKey },
});

describe("the connection", () => {
  it("comes from flags, then from the environment, then from the file", () => {
    const environment = {
      LADDERLOCK_URL: "https://env.example",
      LADDERLOCK_API_KEY: "env-key",
      ADMIN_API_KEY: "older",
    };
    expect(read()).toEqual(valid("https://stored.example", "stored-key"));
    expect(read({}, environment)).toEqual(valid("https://env.example", "env-key"));
    const flags = { server: "https://flag.example", apiKey: "flag-key" };
    expect(read(flags, environment)).toEqual(valid("https://flag.example", "flag-key"));
    expect(read({}, { ADMIN_API_KEY: "older" })).toEqual(valid("https://stored.example", "older"));
  });

  it("sends a stored key to the server that it was stored for, and to no other", () => {
    expect(read({ server: "https://other.example" })).toEqual(valid("https://other.example", null));
    expect(read({ server: "https://stored.example/path" })).toEqual(valid("https://stored.example/path", "stored-key"));
    const refused = readOperatorConnection({ server: "https://other.example" }, HOME, "linux");
    expect(refused).toMatchObject({ kind: "invalid", problems: [expect.stringContaining("No API key for")] });
  });

  it("refuses a file that others can read, that is no configuration, or that was named and is missing", () => {
    writeConfigFile(file, stored);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const problems = () => {
      const outcome = readConnection({}, HOME, "linux");
      return outcome.kind === "invalid" ? outcome.problems : [];
    };
    for (const mode of [0o640, 0o604, 0o660]) {
      chmodSync(file, mode);
      expect(problems()).toEqual([expect.stringContaining(`chmod 600 ${file}`)]);
    }
    chmodSync(file, 0o600);
    for (const text of [
      "{",
      "{}",
      '{"server":"ftp://a.example","apiKey":"k"}',
      '{"server":"https://a","apiKey":"k","x":1}',
    ]) {
      writeFileSync(file, text);
      expect(problems(), text).toEqual([expect.stringContaining("run ladderlock login")]);
    }
    const named = readConnection({ config: join(folder, "none.json") }, HOME, "linux");
    expect(named).toMatchObject({
      kind: "invalid",
      problems: [expect.stringContaining("does not exist")],
    });
  });

  it("says what to do where there is none, and where the address is none", () => {
    const nowhere = { XDG_CONFIG_HOME: join(folder, "empty") };
    expect(readConnection({}, nowhere, "linux")).toMatchObject({
      problems: [expect.stringContaining("ladderlock login")],
    });
    const wrong = readConnection({ server: "video.example" }, nowhere, "linux");
    expect(wrong).toEqual({ kind: "invalid", problems: ["video.example is not an http or https address"] });
  });
});
