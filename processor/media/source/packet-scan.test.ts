import { describe, expect, it } from "vitest";
import { PacketScanner } from "./packet-scan.ts";

function scan(text: string, chunkSize = text.length, maxTimes = 1000) {
  const scanner = new PacketScanner({ timesOf: new Set([0]), maxTimes });
  for (let i = 0; i < text.length; i += chunkSize) scanner.push(text.slice(i, i + chunkSize));
  return scanner.finish();
}

const REORDERED = "0,0.066733,0.000000,0.033367,K_\n0,0.200200,0.033367,0.033367,__\n0,0.133467,0.066733,0.033367,__\n";

describe("a scan of packets", () => {
  it("sorts presentation times and finds both ends", () => {
    expect(scan(REORDERED).get(0)).toEqual({
      packets: 3,
      firstSeconds: 0.066733,
      lastSeconds: 0.2002,
      endSeconds: 0.2002 + 0.033367,
      times: Float64Array.of(0.066733, 0.133467, 0.2002),
      continuous: true,
    });
  });

  it("is the same whatever the chunks are", () => {
    expect(scan(REORDERED, 7)).toEqual(scan(REORDERED));
  });

  it("reads a last line without a line feed, empty lines and trailing commas", () => {
    expect(scan("\n1,1.514089,1.514089,0.026122,K_,\n\n1,1.540211,1.540211,0.026122,K_,").get(1)?.packets).toBe(2);
  });

  it("uses the decode time where there is no presentation time", () => {
    expect(scan("0,N/A,0.500000,N/A,K_\n").get(0)?.firstSeconds).toBe(0.5);
  });

  it("leaves out packets that an edit list hides", () => {
    expect(scan("0,-0.100000,-0.100000,0.033000,KD\n0,0.000000,0.000000,0.033000,__\n").get(0)?.packets).toBe(1);
  });

  it("sees a clock that starts again", () => {
    const glued = "0,100.0,100.0,0.04,K_\n0,100.04,100.04,0.04,__\n0,1.4,1.4,0.04,K_\n";
    expect(scan(glued).get(0)?.continuous).toBe(false);
  });

  it("keeps the times of pictures only, and so many at most, but counts all packets", () => {
    const found = scan("0,0.0,0.0,0.1,K_\n0,0.1,0.1,0.1,__\n0,0.2,0.2,0.1,__\n1,0.0,0.0,0.1,K_\n", 1000, 2);
    expect(found.get(0)).toMatchObject({ packets: 3, times: Float64Array.of(0, 0.1) });
    expect(found.get(1)).toMatchObject({ packets: 1, times: new Float64Array() });
  });
});
