import { describe, expect, it } from "vitest";
import * as z from "zod";
import { problemOf } from "./problems.ts";
import { readJson } from "./read-json.ts";

const schema = z.strictObject({ a: z.number() });

function request(body: ReadableStream<Uint8Array> | string): Request {
  return new Request("https://video.example/", { method: "POST", body, duplex: "half" } as RequestInit);
}

async function refusal(body: ReadableStream<Uint8Array> | string): Promise<unknown[]> {
  const read = await readJson(request(body), schema);
  if (read.kind === "value") throw new Error("it was read");
  return [problemOf(read.code).status, read.code];
}

describe("a JSON body", () => {
  it("is parsed with the given schema", async () => {
    expect(await readJson(request('{"a":1}'), schema)).toEqual({ kind: "value", value: { a: 1 } });
  });

  it("is refused with the problems if it does not match", async () => {
    expect(await refusal("{")).toEqual([400, "malformed-json"]);
    expect(await refusal("")).toEqual([400, "malformed-json"]);
    expect(await refusal('{"a":"1"}')).toEqual([422, "invalid"]);
    expect(await refusal(`{"a":${"1".repeat(300_000)}}`)).toEqual([413, "body-too-large"]);
  });

  it("is bounded and complete whatever Content-Length says", async () => {
    const declared = (body: string, length: number) =>
      readJson(
        new Request("https://video.example/", { method: "POST", body, headers: { "content-length": `${length}` } }),
        schema,
      );
    expect(await declared('{"a":1}', 7)).toEqual({ kind: "value", value: { a: 1 } });
    expect(await declared('{"a":1}', -1)).toEqual({ kind: "value", value: { a: 1 } });
    expect(await declared(`{"a":${"1".repeat(300_000)}}`, 7)).toMatchObject({ code: "body-too-large" });
    expect(await declared(`{"a":${"1".repeat(300_000)}}`, 300_006)).toMatchObject({ code: "body-too-large" });
    expect(await declared('{"a":', 5)).toMatchObject({ code: "malformed-json" });
  });

  it("is the sender's fault if it ends early", async () => {
    const broken = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"a":'));
        controller.error(new Error("Network connection lost."));
      },
    });
    expect(await refusal(broken)).toEqual([400, "incomplete-body"]);
  });
});
