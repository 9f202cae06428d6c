import { expect, it } from "vitest";
import { REQUIRED_SETTINGS, readConfiguration } from "./configuration.ts";

const COMPLETE = {
  LADDERLOCK_URL: "https://Ladderlock.example.com/video",
  PROCESSOR_TOKEN: "token-secret",
  S3_ENDPOINT: "https://account.r2.cloudflarestorage.com",
  S3_ACCESS_KEY_ID: "id-secret",
  S3_SECRET_ACCESS_KEY: "key-secret",
  SOURCE_BUCKET: "source",
  PLAYBACK_BUCKET: "playback",
};

it("gives every variable and secret to the processor, except its own settings and bindings", () => {
  const own = {
    SILENCE_SECONDS: "300",
    STOP_GRACE_SECONDS: "30",
    EGRESS_ALLOW_HOSTS: "a.example.com, *.B.example.com",
  };
  expect(readConfiguration({ ...COMPLETE, ...own, X264_PRESET: "slow", LADDERLOCK: {} })).toEqual({
    kind: "read",
    configuration: {
      processorSettings: { ...COMPLETE, X264_PRESET: "slow" },
      ladderlockHost: "ladderlock.example.com",
      hosts: [
        ...["ladderlock.example.com", "account.r2.cloudflarestorage.com"],
        ...["a.example.com", "*.b.example.com"],
      ],
      ...{ silenceSeconds: 300, stopSeconds: 30 },
    },
  });
});

it.each(REQUIRED_SETTINGS)("names %s where it is missing", (name) => {
  expect(readConfiguration({ ...COMPLETE, [name]: "" })).toEqual({ kind: "wrong", problems: [`${name} is missing`] });
});

it.each([
  ["S3_ENDPOINT", "key-secret"],
  ["LADDERLOCK_URL", "key-secret"],
  ["DATABASE_URL", "postgres://key-secret@db/x"],
  ["SILENCE_SECONDS", "key-secret"],
  ["SILENCE_SECONDS", "0"],
  ["STOP_GRACE_SECONDS", "1.5"],
  ["EGRESS_ALLOW_HOSTS", "https://key-secret"],
  ["EGRESS_ALLOW_HOSTS", "*"],
])("names %s, and not its value, where it is %s", (name, value) => {
  const read = readConfiguration({ ...COMPLETE, [name]: value });
  expect(read).toEqual({ kind: "wrong", problems: [expect.stringContaining(name)] });
  expect(JSON.stringify(read)).not.toContain("key-secret");
});
