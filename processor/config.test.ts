import { describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";

const COMPLETE = {
  LADDERLOCK_URL: "https://video.example.com/",
  PROCESSOR_TOKEN: "secret-of-processors",
  S3_ENDPOINT: "https://account.r2.cloudflarestorage.com",
  S3_ACCESS_KEY_ID: "id",
  S3_SECRET_ACCESS_KEY: "key",
  SOURCE_BUCKET: "source",
  PLAYBACK_BUCKET: "playback",
};

function problemsOf(environment: Record<string, string | undefined>): readonly string[] {
  const read = readConfig(environment);
  return read.kind === "invalid" ? read.problems : [];
}

describe("the configuration", () => {
  it("needs seven variables; everything else has a preset", () => {
    const read = readConfig(COMPLETE);
    expect(read).toMatchObject({
      kind: "valid",
      config: {
        serviceUrl: "https://video.example.com",
        objectStore: { region: "auto" },
        ffmpegPath: "ffmpeg",
        pollSeconds: 2,
        heartbeatSeconds: 20,
        concurrency: 1,
        x264Preset: "veryfast",
        x264Crf: 23,
        uploadConcurrency: 4,
        scanCron: "* * * * *",
        sourceAllowHosts: new Set(),
        stopSeconds: 20,
      },
    });
  });

  it("names every missing variable at once, each with what to set", () => {
    const problems = problemsOf({});
    expect(problems.map((problem) => problem.split(" ")[0])).toEqual(Object.keys(COMPLETE));
    for (const problem of problems) expect(problem).toMatch(/ is missing: set it to \S/);
  });

  it("takes an empty variable for a missing one", () => {
    expect(problemsOf({ ...COMPLETE, PROCESSOR_TOKEN: "  " })).toEqual([
      "PROCESSOR_TOKEN is missing: set it to the secret that the Worker has under the same name",
    ]);
  });

  it.each([
    ["LADDERLOCK_URL", "ftp://video.example.com"],
    ["S3_ENDPOINT", "account.r2.cloudflarestorage.com"],
    ["CONCURRENCY", "0"],
    ["CONCURRENCY", "1.5"],
    ["POLL_SECONDS", "soon"],
    ["X264_PRESET", "placebo-ish"],
    ["X264_CRF", "52"],
    ["SCAN_CRON", "every minute"],
    ["LOG_LEVEL", "loud"],
    ["SOURCE_ALLOW_HOSTS", "media.internal"],
    ["SOURCE_ALLOW_HOSTS", "http://media.internal:80"],
  ])("refuses %s=%s", (name, value) => {
    const problems = problemsOf({ ...COMPLETE, [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name} `));
  });

  it("does not repeat a value, which may be a secret in the wrong variable", () => {
    expect(
      problemsOf({ ...COMPLETE, S3_ENDPOINT: "AKIA-secret", SOURCE_ALLOW_HOSTS: "AKIA-secret" }).join(),
    ).not.toContain("AKIA");
  });

  it("reads the hosts that may be fetched from", () => {
    const read = readConfig({ ...COMPLETE, SOURCE_ALLOW_HOSTS: "127.0.0.1:8080, Media.internal:443,[::1]:9000" });
    expect(read.kind === "valid" && [...read.config.sourceAllowHosts]).toEqual([
      "127.0.0.1:8080",
      "media.internal:443",
      "[::1]:9000",
    ]);
  });
});
