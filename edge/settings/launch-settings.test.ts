import { describe, expect, it } from "vitest";
import * as z from "zod";
import { LAUNCH_SETTINGS } from "./launch-settings.ts";

const read = (given: Record<string, string>) => z.object(LAUNCH_SETTINGS).safeParse(given);

describe("the settings of launches", () => {
  it("launches nothing by default", () => {
    expect(read({}).data).toMatchObject({ LAUNCHER: "none", LAUNCH_MAX_IN_FLIGHT: 10, LAUNCH_TIMEOUT_SECONDS: 900 });
  });

  it("reads regions with commas between them", () => {
    expect(read({ LAUNCH_REGIONS: "fra, ams,cdg" }).data?.LAUNCH_REGIONS).toEqual(["fra", "ams", "cdg"]);
  });

  it.each([
    { LAUNCHER: "lambda" },
    { LAUNCH_MAX_IN_FLIGHT: "0" },
    { LAUNCH_TIMEOUT_SECONDS: "-1" },
    { LAUNCH_REGIONS: "" },
    { LAUNCH_REGIONS: "fra,,ams" },
    { LAUNCH_REGIONS: "fra,fra" },
    { LAUNCH_REGIONS: "fra/ams" },
  ])("refuses $LAUNCHER $LAUNCH_MAX_IN_FLIGHT $LAUNCH_TIMEOUT_SECONDS $LAUNCH_REGIONS", (given) => {
    expect(read(given as Record<string, string>).success).toBe(false);
  });
});
