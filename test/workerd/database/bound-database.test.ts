import { createExecutionContext } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import entry from "../../../edge/index.ts";
import { RETRY_AFTER } from "../support/retry-after.ts";
import { type TestSettings, testEnv } from "../support/test-env.ts";
import { ORIGIN, startWorker } from "../support/worker.ts";

const PASSWORD = "correct-horse-battery";
/** Nothing listens there. */
const AWAY = { connectionString: `postgres://ladderlock:${PASSWORD}@127.0.0.1:9/ladderlock` };
const BOTH = { DB: testEnv.DB ?? {}, HYPERDRIVE: AWAY };
const NEITHER = { DB: undefined, HYPERDRIVE: undefined };

let lines: string[];

beforeEach(() => {
  lines = [];
  vi.spyOn(console, "error").mockImplementation((line) => void lines.push(String(line)));
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("a Worker with a wrong number of databases", () => {
  it.each<[string, TestSettings, RegExp]>([
    ["none", NEITHER as never, /no database is bound: bind a D1 database as DB .*, or a Hyperdrive as HYPERDRIVE/],
    ["two", BOTH as never, /two databases are bound, DB and HYPERDRIVE: deploy with wrangler.toml for D1, or with/],
  ])("answers every route 500 misconfigured and logs which binding to add or remove: %s", async (_, bound, reason) => {
    const env = { ...testEnv, ...bound } as never;
    for (const path of ["/healthz", "/api/v2/video-posts", "/video/enc/key"]) {
      const response = await entry.fetch(new Request(`${ORIGIN}${path}`) as never, env, createExecutionContext());
      expect(response.status).toBe(500);
      expect(await response.json()).toMatchObject({ code: "misconfigured" });
    }
    expect(lines).toHaveLength(3);
    for (const line of lines)
      expect(JSON.parse(line)).toEqual({ at: "configuration", error: expect.stringMatching(reason) });
    await expect(entry.scheduled({} as never, env)).rejects.toThrow(reason);
  });
});

describe("a Worker whose Postgres is away", () => {
  const worker = startWorker({ ...NEITHER, HYPERDRIVE: AWAY } as never);

  it("answers 503 with Retry-After and shows the address and the password of the database to nobody", async () => {
    const body = JSON.stringify({ videoPostId: "019a0000-0000-7000-8000-00000000dead", fileIndex: 0 });
    const answers = [
      await worker.fetch("/video/enc/token", { method: "POST", body }),
      await worker.admin("GET", "/api/v2/video-posts"),
      await worker.admin("GET", "/admin/diagnostics"),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get("retry-after")).toEqual(RETRY_AFTER);
      expect(await answer.text()).not.toMatch(`${PASSWORD}|127.0.0.1`);
    }
    await worker.settled();
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join("\n")).not.toMatch(PASSWORD);
  });
});
