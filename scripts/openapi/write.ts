import { writeFileSync } from "node:fs";
import { outputs, pathOf } from "./outputs.ts";

/* Writes what is made from the definitions of the routes: the document, the tables and the operations of the client. */

for (const [path, text] of Object.entries(outputs())) writeFileSync(pathOf(path), text);
