import { describe, expect, it } from "vitest";
import { acceptsGzip } from "./accepts-gzip.ts";

describe("an Accept-Encoding header", () => {
  it.each([
    "gzip",
    "gzip, deflate, br, zstd",
    "br;q=1.0, gzip;q=0.8, *;q=0.1",
    "GZIP",
    "x-gzip",
    "*",
    "identity, *;q=0.5",
    "br , gzip ; q=0.001",
    "gzip;q=1.000",
    "*;q=0, gzip",
  ])("allows gzip: %s", (header) => {
    expect(acceptsGzip(header)).toBe(true);
  });

  it.each([
    null,
    undefined,
    "",
    "identity",
    "br, deflate",
    "gzip;q=0",
    "gzip; q=0.000, *",
    "*;q=0",
    "*;q=0, br",
    "gzip;q=2",
    "gzip;q=yes",
    "gzip;q=",
    "notgzip",
    "gzip2",
  ])("does not allow gzip: %s", (header) => {
    expect(acceptsGzip(header)).toBe(false);
  });
});
