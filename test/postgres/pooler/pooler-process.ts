import { startPooler } from "./pooler.ts";

/*
 * The pooler as its own process: `node test/postgres/pooler/pooler-process.ts <URL of a server>`. It prints its port and
 * ends with its standard input, which is a pipe from the process that needs it.
 */

const { port } = await startPooler(process.argv[2]!);
console.log(port);
process.stdin.on("close", () => process.exit(0)).resume();
