import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runProgram } from "../../scripts/dev/run-program.ts";

const ROOT = join(import.meta.dirname, "../..");
const BUNDLE_MS = 120_000;
const ID = "0123456789abcdef0123456789abcdef";
/** Beside wrangler.toml, under a name that is no deployment's. */
const FILE = `wrangler.test-${randomBytes(4).toString("hex")}.json`;

type Binding = { readonly type: string; readonly name: string; readonly id?: string };

let out: string;

async function run(...args: string[]) {
  const { code, stdout, stderr } = await runProgram(
    process.execPath,
    args.map((arg) => arg.replace(/^@/, `${ROOT}/`)),
    {
      signal: AbortSignal.timeout(BUNDLE_MS),
    },
  );
  return { code, said: `${stdout}${stderr}` };
}

const setUp = (...args: string[]) => run("@scripts/setup-postgres.mjs", "--file", FILE, ...args);
const deploy = (...args: string[]) =>
  run("@node_modules/wrangler/bin/wrangler.js", "deploy", "--dry-run", "-c", join(ROOT, FILE), ...args);

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "ladderlock-postgres-deployment-"));
});

afterAll(async () => {
  await rm(join(ROOT, FILE), { force: true });
  await rm(out, { recursive: true, force: true });
});

describe("the configuration of a deployment with Postgres", () => {
  it("refuses what is no id of a Hyperdrive, and to be written without one", async () => {
    expect(await setUp()).toMatchObject({ code: 1, said: expect.stringContaining("--hyperdrive-id <id>") });
    const refused = await setUp("--hyperdrive-id", "postgres://secret@host/db");
    expect(refused).toMatchObject({ code: 1, said: expect.stringContaining("32 hexadecimal digits") });
  });

  it("is bundled by wrangler with a Hyperdrive in place of D1, and every other binding of wrangler.toml", async () => {
    expect(await setUp("--hyperdrive-id", ID)).toMatchObject({ code: 0 });
    const { code, said } = await deploy("--outdir", out, "--outfile", join(out, "upload"));
    expect(code, said).toBe(0);
    const form = await readFile(join(out, "upload"), "latin1");
    const { bindings } = JSON.parse(/name="metadata"\r?\n\r?\n(.*)\r?\n/.exec(form)?.[1] ?? "null") as {
      bindings: Binding[];
    };
    expect(bindings.find(({ name }) => name === "HYPERDRIVE")).toMatchObject({ type: "hyperdrive", id: ID });
    const names = bindings.map(({ name }) => name);
    expect(names).not.toContain("DB");
    const toml = await readFile(join(ROOT, "wrangler.toml"), "utf8");
    const others = [...toml.matchAll(/^(?:binding|name) = "([A-Z_]+)"/gm)].map(([, name]) => name!);
    expect(names).toEqual(expect.arrayContaining(others.filter((name) => name !== "DB")));
  });

  it("is refused by the build when wrangler.toml has changed since, until it is written again with the id it has", async () => {
    const written = await readFile(join(ROOT, FILE), "utf8");
    await writeFile(join(ROOT, FILE), written.replace('"PUBLIC_UP_TO_LINES": "480"', '"PUBLIC_UP_TO_LINES": "720"'));
    const { code, said } = await deploy();
    expect(code).not.toBe(0);
    expect(said).toContain(`${FILE} is not what wrangler.toml gives. Write it again: npm run setup:postgres`);
    expect(await setUp()).toMatchObject({ code: 0 });
    expect(await readFile(join(ROOT, FILE), "utf8")).toBe(written);
  });
});
