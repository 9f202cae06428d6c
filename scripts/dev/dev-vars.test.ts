import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { completeDevVars, ensureDevVars, parseDevVars, requireUsableSecrets } from "./dev-vars.ts";

const NOW = new Date("2026-11-22T12:00:00Z");
const zeroKey = () => Buffer.alloc(32);

describe("the file of local secrets", () => {
  it("gets every secret that the Worker needs when there is nothing yet", () => {
    const zeros = "A".repeat(43);
    expect(completeDevVars("", zeroKey, NOW)).toBe(
      [
        `ADMIN_API_KEY="${zeros}"`,
        `PROCESSOR_TOKEN="${zeros}"`,
        `TOKEN_SIGNING_KEYS="2026-11-22a:${zeros}"`,
        `KEY_ENCRYPTION_KEYS="2026-11-22a:${zeros}"`,
        `VIEWER_ID_KEY="${zeros}="`,
        'DEMO_VIEWERS="enabled"',
        "",
      ].join("\n"),
    );
  });

  it("keeps what is there, comments and a last line without an end included", () => {
    const text = "# mine\nADMIN_API_KEY=abc\nDEMO_VIEWERS='off'";
    const completed = completeDevVars(text, zeroKey, NOW);
    expect(completed.startsWith(`${text}\nPROCESSOR_TOKEN=`)).toBe(true);
    expect(parseDevVars(completed)).toMatchObject({ ADMIN_API_KEY: "abc", DEMO_VIEWERS: "off" });
  });

  it("does not change when it is complete", () => {
    const complete = completeDevVars("", zeroKey, NOW);
    expect(completeDevVars(complete, zeroKey, new Date("2027-01-01"))).toBe(complete);
  });

  it("can be read by its owner only, even if it could be read by all before", () => {
    const path = join(mkdtempSync(join(tmpdir(), "ladderlock-")), ".dev.vars");
    writeFileSync(path, "ADMIN_API_KEY=abc\n", { mode: 0o644 });
    const vars = ensureDevVars(path, NOW);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(vars.ADMIN_API_KEY).toBe("abc");
    expect(readFileSync(path, "utf8")).toContain(`PROCESSOR_TOKEN="${vars.PROCESSOR_TOKEN}"`);
  });
});

describe("secrets that the Worker cannot use", () => {
  const good = parseDevVars(completeDevVars("", zeroKey, NOW));

  it("are none of those that are generated", () => {
    expect(() => requireUsableSecrets(good)).not.toThrow();
  });

  it.each(["short", `${"x".repeat(40)} y`, `${"x".repeat(40)}é`, `${"x".repeat(40)}!`, ""])(
    "are reported by name and without their value: %j",
    (value) => {
      const check = () => requireUsableSecrets({ ...good, ADMIN_API_KEY: value });
      expect(check).toThrow("ADMIN_API_KEY cannot be used");
      expect(check).not.toThrow("PROCESSOR_TOKEN");
      if (value !== "") expect(check).not.toThrow(value);
    },
  );
});

describe("reading NAME=value lines", () => {
  it("takes values bare, quoted, exported and with an equals sign inside", () => {
    expect(parseDevVars(`A=1\n B = "two words" \nexport C='x=y'\n# D=no\nE=k1:ab==\r\n`)).toEqual({
      A: "1",
      B: "two words",
      C: "x=y",
      E: "k1:ab==",
    });
  });

  it("ends a bare value at a comment, as wrangler does", () => {
    expect(parseDevVars(`A=one # note\nB="one # note"\n`)).toEqual({ A: "one", B: "one # note" });
  });
});
