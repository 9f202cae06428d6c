import { expect, it } from "vitest";
import { ProgressReader } from "./progress-report.ts";

it("reads one report per progress line, across chunks", () => {
  const reader = new ProgressReader();
  expect(reader.push("total_size=8000\nframe=46\nfps=12.5\nout_time_us=1500000\nspeed=0.75")).toEqual([]);
  expect(reader.push("x\nprogress=continue\ntotal_size=N/A\nframe=90\nspeed=N/A\nprogress=end\n")).toEqual([
    { outTimeSeconds: 1.5, totalBytes: 8000, frame: 46, fps: 12.5, speed: 0.75, ended: false },
    { outTimeSeconds: null, totalBytes: null, frame: 90, fps: null, speed: null, ended: true },
  ]);
});

it("recognises that nothing is written yet, and the microseconds that old versions call milliseconds", () => {
  const reader = new ProgressReader();
  expect(reader.push("out_time_us=-9223372036854775808\nprogress=continue\n")[0]?.outTimeSeconds).toBeNull();
  expect(reader.push("out_time_us=N/A\nprogress=continue\n")[0]?.outTimeSeconds).toBeNull();
  expect(reader.push("out_time_ms=2000000\nprogress=continue\n")[0]?.outTimeSeconds).toBe(2);
});
