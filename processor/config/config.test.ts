import { describe, expect, it } from "vitest";
import { readConfig, readOperatorConfig } from "./config.ts";

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
  it("requires seven variables; everything else has a default", () => {
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
        gcCron: "17 4 * * *",
        gcMinAgeHours: 24,
        metricsPort: null,
        metricsHost: "127.0.0.1",
        videoJobId: null,
      },
    });
  });

  it("reads an empty GC_CRON as never, and an empty METRICS_PORT as none", () => {
    const read = readConfig({ ...COMPLETE, GC_CRON: "", METRICS_PORT: " " });
    expect(read).toMatchObject({ kind: "valid", config: { gcCron: null, metricsPort: null } });
  });

  it("reads the job of a container and the port of its metrics", () => {
    const read = readConfig({ ...COMPLETE, VIDEO_JOB_ID: "j1", METRICS_PORT: "9464", METRICS_HOST: "0.0.0.0" });
    expect(read).toMatchObject({ config: { videoJobId: "j1", metricsPort: 9464, metricsHost: "0.0.0.0" } });
  });

  it("names every missing variable at once, each with what to set", () => {
    const problems = problemsOf({});
    expect(problems.map((problem) => problem.split(" ")[0])).toEqual(Object.keys(COMPLETE));
    for (const problem of problems) expect(problem).toMatch(/ is missing: set it to \S/);
  });

  it("treats an empty variable as a missing one", () => {
    expect(problemsOf({ ...COMPLETE, PROCESSOR_TOKEN: "  " })).toEqual([
      "PROCESSOR_TOKEN is missing: set it to the PROCESSOR_TOKEN of the Worker",
    ]);
  });

  it.each([
    ["LADDERLOCK_URL", "ftp://video.example.com"],
    ["S3_ENDPOINT", "account.r2.cloudflarestorage.com"],
    ["DATABASE_URL", "db.internal:5432/video"],
    ["DATABASE_URL", "mysql://db.internal/video"],
    ["DATABASE_URL", "postgres://db.internal"],
    ["DATABASE_URL", "postgres://u:100%@db.internal/video"],
    ["DATABASE_CONNECTIONS", "1"],
    ["CONCURRENCY", "0"],
    ["CONCURRENCY", "1.5"],
    ["POLL_SECONDS", "soon"],
    ["X264_PRESET", "placebo-ish"],
    ["X264_CRF", "52"],
    ["SCAN_CRON", "every minute"],
    ["GC_CRON", "at night"],
    ["GC_MIN_AGE_HOURS", "-1"],
    ["METRICS_PORT", "0"],
    ["METRICS_PORT", "http"],
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

  it("reads the database, and takes its absence for jobs of the Worker", () => {
    const url = "postgresql://ladderlock:secret@db.internal/video";
    expect(readConfig({ ...COMPLETE, DATABASE_URL: url })).toMatchObject({ config: { databaseUrl: url } });
    for (const absent of [{}, { DATABASE_URL: " " }])
      expect(readConfig({ ...COMPLETE, ...absent })).toMatchObject({
        config: { databaseUrl: null, databaseConnections: 3 },
      });
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

describe("the configuration of an operator's commands", () => {
  it("is the Worker's address and an administrators' key, and nothing of a processor", () => {
    const read = readOperatorConfig({ LADDERLOCK_URL: "https://video.example.com/", ADMIN_API_KEY: "the-key" });
    expect(read).toEqual({
      kind: "valid",
      config: { serviceUrl: "https://video.example.com", adminApiKey: "the-key" },
    });
    expect(readOperatorConfig(COMPLETE)).toEqual({
      kind: "invalid",
      problems: ["ADMIN_API_KEY is missing: set it to an API key of the Worker"],
    });
  });

  it("is not read by a processor, which must not hold that key", () => {
    const read = readConfig({ ...COMPLETE, ADMIN_API_KEY: "the-key" });
    expect(JSON.stringify(read)).not.toContain("the-key");
  });
});
