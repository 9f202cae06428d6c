import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { processorTables, workerTables } from "./configuration-tables.ts";
import { withTables } from "./generated-tables.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PAGE = `${ROOT}docs/configuration.md`;

const tables = { ...workerTables(await readFile(`${ROOT}wrangler.toml`, "utf8")), ...processorTables() };
await writeFile(PAGE, withTables(await readFile(PAGE, "utf8"), tables));
console.log("docs/configuration.md written");
