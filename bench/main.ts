import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { BenchOptions, Comparison } from "./comparison.ts";
import { benchEdge } from "./edge/edge-bench.ts";
import { benchEncrypt } from "./encrypt/encrypt-bench.ts";
import { describeMachine } from "./machine.ts";
import { resultsTable } from "./table.ts";

/** npm run bench [-- edge|encrypt|pipeline] [--quick] [--rounds n] [--only text] [--json file] */
const SUITES: Record<string, (options: BenchOptions) => Promise<Comparison[]>> = {
  edge: benchEdge,
  encrypt: benchEncrypt,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    only: { type: "string", default: "" },
    json: { type: "string" },
  },
});

const options: BenchOptions = {
  quick: values.quick,
  rounds: values.rounds === undefined ? undefined : Number(values.rounds),
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
  results[name] = await suite(options);
  console.log(`\n${resultsTable(results[name])}\n`);
}
console.log(JSON.stringify(machine, null, 2));
if (values.json !== undefined) {
  await writeFile(values.json, `${JSON.stringify({ date: new Date().toISOString(), machine, results }, null, 2)}\n`);
}
