import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FAILURE_CODES, FAILURES } from "../../shared/domain/job/failure.ts";
import { ROOT, readSourceFiles } from "./source-files.ts";

const PRODUCERS = readSourceFiles(["shared", "processor"]).filter(
  ({ path }) => !/\.(?:test|fixture)\.ts$/.test(path) && path !== "shared/domain/job/failure.ts",
);
/** What produces a failure, with its first argument. `refuse` of media and `RetryableError` are all that jobs end with. */
const PRODUCED = /(?:\brefuse|\bnew RetryableError)\(\s*([^,)]*)/g;
const CODE = /^(?:end === 0 \? )?"([a-z-]+)"(?: : "([a-z-]+)")?$/;
/** Passes on the code of another fault. */
const PASSED_ON = ["cause.code", "code"];

describe("the codes of failed jobs", () => {
  it("are listed in the documentation, each once with its meaning, and no other", () => {
    const text = readFileSync(join(ROOT, "docs/failure-codes.md"), "utf8");
    const rows = [...text.matchAll(/^\| `([a-z-]+)` \| (.+) \|$/gm)].map(([, code, meaning]) => [code, meaning]);
    expect(rows).toEqual(Object.entries(FAILURES));
  });

  it("are given by every refusal and every passing fault of the processor", () => {
    const found = PRODUCERS.flatMap(({ path, text }) =>
      [...text.matchAll(PRODUCED)].map(([, first]) => [path, first!.trim()] as const),
    ).filter(([, first]) => !/^code: FailureCode$/.test(first));
    expect(found.length).toBeGreaterThan(60);
    const unknown = found.filter(([, first]) => {
      const codes =
        CODE.exec(first)
          ?.slice(1)
          .filter((code) => code !== undefined) ?? [];
      const known = codes.length > 0 && codes.every((code) => FAILURE_CODES.some((other) => other === code));
      return !known && !PASSED_ON.includes(first);
    });
    expect(unknown).toEqual([]);
  });

  it("are each produced somewhere", () => {
    const unused = FAILURE_CODES.filter((code) => code !== "unclassified").filter(
      (code) => !PRODUCERS.some(({ text }) => text.includes(`"${code}"`)),
    );
    expect(unused).toEqual([]);
  });
});
