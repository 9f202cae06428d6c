import { readFileSync, writeFileSync } from "node:fs";
import { outputs, pathOf } from "./outputs.ts";

for (const [path, text] of Object.entries(outputs())) {
  if (readFileSync(pathOf(path), "utf8") === text) continue;
  writeFileSync(pathOf(path), text);
  console.log(`${path} written`);
}
