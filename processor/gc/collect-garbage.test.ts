import { describe, expect, it } from "vitest";
import { createJobClient } from "../adapters/job-client.ts";
import { type S3Server, startS3Server } from "../adapters/s3-server.fixture.ts";
import { type JobService, PROCESSOR_TOKEN, startJobService } from "../jobs/loop/job-service.fixture.ts";
import { collectGarbage } from "./collect-garbage.ts";

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 2, 1, 12);
const OLD = NOW - 25 * HOUR;
const YOUNG = NOW - 23 * HOUR;
const UPLOAD = "uploads/Zk3v_0aB-cDeFgHiJkLmNw/";

function put(s3: S3Server, name: string, lastModified: number, bytes = 10): void {
  s3.objects.set(name, { body: Buffer.alloc(bytes), lastModified });
}

function collect(s3: S3Server, service: JobService, dryRun = false) {
  const client = createJobClient({ serviceUrl: service.url, processorToken: PROCESSOR_TOKEN });
  const buckets = { source: s3.store("source"), playback: s3.store("playback") };
  return collectGarbage({ ...buckets, client, minAgeMs: 24 * HOUR, dryRun }, new AbortController().signal, NOW);
}

const prefixesAsked = (service: JobService, route: string) =>
  service.calls.filter((call) => call.route === route).flatMap(({ body }) => body.prefixes as string[]);

describe("the garbage collection", () => {
  it("reports unreferenced prefixes, counted over both buckets, and leaves the rest", async () => {
    await using s3 = await startS3Server();
    await using service = await startJobService();
    put(s3, "source/film/j1/c1/360p/seg_00001.ts", OLD, 100);
    put(s3, "source/film/j1/c1/360p/seg_00002.ts", OLD, 50);
    put(s3, "source/film/j1/c2/360p/seg_00001.ts", OLD);
    put(s3, "source/film/j1/enc/k1-c1/master.m3u8", OLD, 7);
    put(s3, "playback/film/j1/enc/k1-c1/360p/seg_00001.ts", OLD, 1000);
    put(s3, `source/${UPLOAD}000000000000000`, OLD, 3);
    service.uses.set("film/j1/c2/", "named");
    const report = await collect(s3, service);
    expect(report.garbage).toEqual([
      { prefix: "film/j1/c1/", objects: 2, bytes: 150, youngest: OLD },
      { prefix: "film/j1/enc/k1-c1/", objects: 2, bytes: 1007, youngest: OLD },
      { prefix: UPLOAD, objects: 1, bytes: 3, youngest: OLD },
    ]);
    expect(report.totals).toMatchObject({ garbage: 3, named: 1, garbageObjects: 5, garbageBytes: 1160, deleted: 3 });
    expect(prefixesAsked(service, "delete")).toEqual(["film/j1/c1/", "film/j1/enc/k1-c1/", UPLOAD]);
  });

  it("deletes nothing in a dry run, and reports the same", async () => {
    await using s3 = await startS3Server();
    await using service = await startJobService();
    put(s3, "source/film/j1/c1/360p/seg_00001.ts", OLD);
    const report = await collect(s3, service, true);
    expect(report.totals).toMatchObject({ garbage: 1, deleted: 0 });
    expect(prefixesAsked(service, "delete")).toEqual([]);
  });

  it("skips a prefix with one young object, in whichever bucket", async () => {
    await using s3 = await startS3Server();
    await using service = await startJobService();
    put(s3, "source/film/j1/c1/360p/seg_00001.ts", OLD);
    put(s3, "source/film/j1/c1/360p/seg_00002.ts", YOUNG);
    put(s3, "source/film/j1/enc/k1-c1/master.m3u8", YOUNG);
    put(s3, "playback/film/j1/enc/k1-c1/360p/seg_00001.ts", OLD);
    const report = await collect(s3, service);
    expect(report.totals).toMatchObject({ young: 2, garbage: 0 });
    expect(service.calls).toEqual([]);
  });

  it("ignores objects of another layout", async () => {
    await using s3 = await startS3Server();
    await using service = await startJobService();
    for (const key of ["readme.txt", "backup/2026/db.sql", `${UPLOAD}notes.txt`, "film/j1/other/x.ts"]) {
      put(s3, `source/${key}`, OLD);
    }
    expect((await collect(s3, service)).totals).toMatchObject({ strangers: 4, garbage: 0 });
    expect(service.calls).toEqual([]);
  });

  it("counts what the Worker keeps when it checks again", async () => {
    await using s3 = await startS3Server();
    await using service = await startJobService();
    put(s3, "source/film/j1/c1/360p/seg_00001.ts", OLD);
    put(s3, "source/film/j1/c2/360p/seg_00001.ts", OLD);
    const looks = service.uses.get.bind(service.uses);
    // Between the check and the deletion the second one becomes what plays.
    service.uses.get = (prefix) => {
      service.uses.set("film/j1/c2/", "named");
      return prefix === "film/j1/c2/" ? undefined : looks(prefix);
    };
    expect((await collect(s3, service)).totals).toMatchObject({ garbage: 2, deleted: 1 });
  });

  it("queries in batches, whatever the number of prefixes", async () => {
    await using s3 = await startS3Server();
    await using service = await startJobService();
    for (let n = 0; n < 401; n++) put(s3, `source/film/j${n}/c1/360p/seg_00001.ts`, OLD);
    expect((await collect(s3, service)).totals).toMatchObject({ garbage: 401, deleted: 401 });
    const sizes = service.calls
      .filter(({ route }) => route === "check")
      .map(({ body }) => (body.prefixes as []).length);
    expect(sizes).toEqual([200, 200, 1]);
  });
});
