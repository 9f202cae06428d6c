import { describe, expect, it } from "vitest";
import { createLogger } from "./log.ts";

function capture(write: (log: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  write(createLogger({ level: "info", secrets: ["hunter2-of-s3"] }, stream));
  return lines.join("");
}

describe("the log", () => {
  it.each<[string, (log: ReturnType<typeof createLogger>) => void]>([
    ["in a field", (log) => log.info({ credential: "SECRET" }, "x")],
    ["in a nested field", (log) => log.info({ order: { leaseToken: "SECRET", keys: [{ key: "SECRET" }] } }, "x")],
    ["in a field of a child", (log) => log.child({ authorization: "SECRET" }).info("x")],
    ["in a field of a grandchild", (log) => log.child({ a: 1 }).child({ token: "SECRET" }).info("x")],
    ["in the query of a URL", (log) => log.info({ url: "https://a.example/v.mp4?sig=SECRET" }, "x")],
    ["in the query of a URL in the message", (log) => log.info("GET https://a.example/v.mp4?sig=SECRET failed")],
    ["in the user part of a URL", (log) => log.info({ url: "https://me:SECRET@a.example/" }, "x")],
    ["in an error", (log) => log.error({ err: new Error("https://a.example/?t=SECRET") }, "x")],
    [
      "in the cause of an error",
      (log) => log.error({ err: new Error("a", { cause: new Error("Bearer SECRET") }) }, "x"),
    ],
    [
      "in further fields of an error",
      (log) => log.error({ err: Object.assign(new Error("a"), { request: "SECRET" }) }, "x"),
    ],
    ["in bytes", (log) => log.info({ found: new TextEncoder().encode("SECRET") }, "x")],
  ])("shows no secret %s", (_name, write) => {
    const text = capture(write);
    expect(text).not.toContain("SECRET");
    expect(text).not.toContain("83,69,67");
    expect(text).toContain('"msg"');
  });

  it("shows the secrets of this process nowhere, whatever they are part of", () => {
    const text = capture((log) => log.error({ err: new Error("signed by hunter2-of-s3!") }, "hunter2-of-s3"));
    expect(text).not.toContain("hunter2");
    expect(text).toContain("signed by [redacted]!");
  });

  it("keeps what a reader needs", () => {
    const text = capture((log) =>
      log.child({ jobId: "j1" }).info({ percent: 3, url: "https://a.example/v.mp4" }, "going"),
    );
    expect(JSON.parse(text)).toMatchObject({
      level: "info",
      jobId: "j1",
      percent: 3,
      url: "https://a.example/v.mp4",
      msg: "going",
    });
  });
});
