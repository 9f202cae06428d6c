import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { runProgram } from "./run-program.ts";

const WRANGLER = fileURLToPath(new URL("../../node_modules/wrangler/bin/wrangler.js", import.meta.url));

/** What the free plan takes of a Worker after gzip; ours should never come near. */
const FREE_PLAN_GZIP_BYTES = 3 * 2 ** 20;

it("is bundled by wrangler for a deployment, with every binding that the Worker's code asks for", async () => {
  const out = await mkdtemp(join(tmpdir(), "ladderlock-deployment-"));
  try {
    const { code, stdout, stderr } = await runProgram(process.execPath, [
      WRANGLER,
      "deploy",
      "--dry-run",
      "--outdir",
      out,
    ]);
    const said = `${stdout}${stderr}`;
    expect(code, said).toBe(0);
    // One is known: the S3 endpoint of the local R2 is what `npm start` stands on, and a deployment ignores it.
    const warnings = said
      .split("\n")
      .filter((line) => /^\s+- /.test(line) && !line.includes("local_dev.experimental_s3_credentials"));
    expect(warnings).toEqual([]);

    const types = await readFile(new URL("../../edge/env.ts", import.meta.url), "utf8");
    const declared = /export type Env = \{([\s\S]*?)\n\};/.exec(types)?.[1] ?? "";
    const bindings = [...declared.matchAll(/readonly ([A-Z_]+): (?!string)/g)].map((match) => match[1]);
    expect(bindings).toContain("DB");
    for (const binding of bindings) expect(said).toContain(`env.${binding}`);

    const size = /gzip: ([\d.]+) KiB/.exec(said)?.[1];
    expect(Number(size) * 1024).toBeLessThan(FREE_PLAN_GZIP_BYTES);
    expect((await stat(join(out, "index.js"))).size).toBeGreaterThan(0);
  } finally {
    await rm(out, { recursive: true, force: true });
  }
});
