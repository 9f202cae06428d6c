import { describe, expect, it } from "vitest";
import * as z from "zod";
import { LAUNCH_SETTINGS } from "./launch-settings.ts";

const read = (given: Record<string, string>) => z.object(LAUNCH_SETTINGS).safeParse(given);

describe("the settings of launches", () => {
  it("launch nothing by default", () => {
    expect(read({}).data).toMatchObject({ LAUNCHER: "none", LAUNCH_MAX_IN_FLIGHT: 10, LAUNCH_TIMEOUT_SECONDS: 900 });
  });

  it("read regions with commas between them", () => {
    expect(read({ LAUNCH_REGIONS: "fra, ams,cdg" }).data?.LAUNCH_REGIONS).toEqual(["fra", "ams", "cdg"]);
  });

  it("read a table of resources", () => {
    const rows = [
      { kind: "ENCRYPT", vcpus: 0.5, memoryMib: 1024 },
      { vcpus: 4, memoryMib: 8192 },
    ];
    expect(read({ LAUNCH_RESOURCES: JSON.stringify(rows) }).data?.LAUNCH_RESOURCES).toEqual(rows);
  });

  it.each([
    "[]",
    "{}",
    "2",
    "no JSON",
    '[{"vcpus":2}]',
    '[{"vcpus":0,"memoryMib":2048}]',
    '[{"vcpus":2,"memoryMib":2048,"gpus":1}]',
    '[{"maxPixels":921600,"vcpus":2,"memoryMib":2048}]',
  ])("refuse the table of resources %s", (LAUNCH_RESOURCES) => {
    expect(read({ LAUNCH_RESOURCES }).success).toBe(false);
  });

  it.each([
    { LAUNCHER: "lambda" },
    { LAUNCH_MAX_IN_FLIGHT: "0" },
    { LAUNCH_MAX_ATTEMPTS: "0" },
    { LAUNCH_MIN_DISK_GIB: "0" },
    { LAUNCH_TIMEOUT_SECONDS: "-1" },
    { LAUNCH_REGIONS: "" },
    { LAUNCH_REGIONS: "fra,,ams" },
    { LAUNCH_REGIONS: "fra,fra" },
    { LAUNCH_REGIONS: "fra/ams" },
  ])("refuse %o", (given) => {
    expect(read(given as Record<string, string>).success).toBe(false);
  });
});
