import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { BenchOptions, Comparison } from "./comparison.ts";
import { describeMachine } from "./machine.ts";
import { resultsTable } from "./table.ts";

/** npm run bench [-- edge|lists|databases|premiere|encrypt|memory|rotation|pipeline] [--quick] [--rounds n] [--seconds n] [--height n] [--only text] [--json file] */
const SUITES: Record<string, () => Promise<(options: BenchOptions) => Promise<Comparison[]>>> = {
  // Loaded one by one: what one of them needs must not weigh on the memory of another.
  edge: async () => (await import("./edge/edge-bench.ts")).benchEdge,
  lists: async () => (await import("./lists/lists-bench.ts")).benchLists,
  databases: async () => (await import("./databases/databases-bench.ts")).benchDatabases,
  premiere: async () => (await import("./premiere/premiere-bench.ts")).benchPremiere,
  encrypt: async () => (await import("./encrypt/encrypt-bench.ts")).benchEncrypt,
  memory: async () => (await import("./memory/memory-bench.ts")).benchMemory,
  rotation: async () => (await import("./rotation/rotation-bench.ts")).benchRotation,
  pipeline: async () => (await import("./pipeline/pipeline-bench.ts")).benchPipeline,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    seconds: { type: "string" },
    height: { type: "string" },
    only: { type: "string", default: "" },
    json: { type: "string" },
  },
});

const options: BenchOptions = {
  quick: values.quick,
  rounds: positiveNumber("rounds"),
  seconds: positiveNumber("seconds"),
  height: positiveNumber("height"),
  only: values.only,
  progress: (line) => console.error(`  ${line}`),
};

const chosen = positionals.length === 0 ? Object.keys(SUITES) : positionals;
const machine = await describeMachine();
const results: Record<string, Comparison[]> = {};
for (const name of chosen) {
  const suite = SUITES[name];
  if (suite === undefined) throw new Error(`there is no benchmark "${name}": ${Object.keys(SUITES).join(", ")}`);
  console.error(name);
  results[name] = await (await suite())(options);
  // The lists and the premiere compare nothing and print their figures themselves.
  if (results[name].length > 0) console.log(`\n${resultsTable(results[name])}\n`);
}
console.log(JSON.stringify(machine, null, 2));
if (values.json !== undefined) {
  await writeFile(values.json, `${JSON.stringify({ date: new Date().toISOString(), machine, results }, null, 2)}\n`);
}

function positiveNumber(name: "rounds" | "seconds" | "height"): number | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  if (!/^[1-9]\d*$/.test(value)) throw new Error(`--${name} must be a whole number from 1`);
  return Number(value);
}
