import { describe, expect, it } from "vitest";
import { startWorker } from "../support/worker.ts";

describe("the settings of the Worker", () => {
  it.each(["SESSION_LIMIT_PER_VIEWER", "SESSION_BINDING", "PUBLIC_UP_TO_LINES"])(
    "have no default where a missing one would open something: %s",
    (name) => {
      expect(() => startWorker({ [name]: undefined })).toThrow(`${name} is not set`);
    },
  );

  it.each([
    ["KEY_GRACE_SECONDS", ""],
    ["KEY_MAX_AGE_SECONDS", "301"],
    ["TOKEN_START_SECONDS", true],
    ["SESSION_LONGEST_SECONDS", "1e9"],
    ["PUBLIC_UP_TO_LINES", "480p"],
    ["MAX_UPLOAD_BYTES", "50 GiB"],
    ["AUDIT_RETENTION_DAYS", "-1"],
  ])("refuse what is not a whole number within their bounds: %s", (name, value) => {
    expect(() => startWorker({ [name]: value })).toThrow(`${name}: `);
  });

  it("may be numbers or digits", () => {
    for (const value of [3, "3"]) {
      const { settings } = startWorker({ SESSION_LIMIT_PER_VIEWER: value, KEY_GRACE_SECONDS: value }).context;
      expect([settings.SESSION_LIMIT_PER_VIEWER, settings.KEY_GRACE_SECONDS]).toEqual([3, 3]);
    }
  });

  it("refuse a name that begins like one of them and is none, so that a misspelled limit is noticed", () => {
    expect(() => startWorker({ SESSION_LIMIT_PER_VIEWERS: "3" })).toThrow("SESSION_LIMIT_PER_VIEWERS is not a setting");
  });

  it("are all named when several are wrong, without their values", () => {
    const wrong = () => startWorker({ ADMIN_API_KEY: "short", SESSION_BINDING: "addresses", JOB_MAX: "7" });
    expect(wrong).toThrow(/ADMIN_API_KEY: .*SESSION_BINDING: .*JOB_MAX is not a setting/);
    expect(wrong).not.toThrow(/short|addresses/);
  });
});
