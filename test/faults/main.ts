import { parseArgs } from "node:util";
import { startPooledServer } from "../postgres/pooler/pooled-server.ts";
import { startMigratedServer } from "../postgres/servers.ts";
import { ALL_MOMENTS } from "./fates.ts";
import { runFaults } from "./fault-run.ts";

/** npm run test:faults [-- --long] [--db=postgres] [--launcher=local] [--posts n] [--seed n] [--rate share]: prints the report as JSON; exit code 1 on a violation. */
const { values } = parseArgs({
  options: {
    long: { type: "boolean", default: false },
    db: { type: "string", default: "d1" },
    launcher: { type: "string", default: "none" },
    posts: { type: "string" },
    seed: { type: "string", default: "1" },
    rate: { type: "string", default: "0.05" },
  },
});

if (values.db !== "d1" && values.db !== "postgres") throw new Error(`--db is d1 or postgres, not ${values.db}`);
const { launcher } = values;
if (launcher !== "none" && launcher !== "local") throw new Error(`--launcher is none or local, not ${launcher}`);
const server = values.db === "postgres" ? await startMigratedServer(18, process.env.TEST_POSTGRES_NEWEST) : null;
const pooler = server === null ? null : await startPooledServer(server.url);
const pooled = { TEST_POSTGRES_SERVER: server?.url, TEST_POSTGRES_POOLED: pooler?.url };
if (server !== null) Object.assign(process.env, { TEST_DATABASE: "postgres", ...pooled });

const report = await runFaults({
  processors:
    launcher === "none"
      ? { kind: "polling", blowEvery: [3, 10], leastBlows: 4 }
      : {
          kind: "launched",
          ...{ launchFaults: { rate: 0.6, again: true }, blows: ALL_MOMENTS, pauseShare: 0.2 },
          launchTimeoutSeconds: 15,
        },
  posts: Number(values.posts ?? (values.long ? 50 : 8)),
  seed: Number(values.seed),
  ...{ clipSeconds: 8, leaseSeconds: 6, longestWaitSeconds: 4 },
  faultRate: Number(values.rate),
  leastOfEachFault: values.long ? 5 : 0,
  calmAfterSeconds: values.long || launcher === "local" ? 3600 : 90,
  ...{ outageEvery: [8, 25], cancelEvery: [2, 8], emptyEvery: [2, 10] },
  collects: true,
  say: (line) => console.error(line),
});
await pooler?.stop();
await server?.stop();
console.log(JSON.stringify(report, null, 2));
process.exit(report.violations.length === 0 ? 0 : 1);
