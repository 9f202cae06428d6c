// Builds edge/dist, the static assets of the Worker. wrangler runs it before each build ([build] in wrangler.toml),
// possibly on Node 20.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildConsole } from "./build/console.mjs";
import { buildDocuments } from "./build/documents.mjs";
import { buildPlayerAssets } from "./build/player-assets.mjs";
import { DIST, ROOT, writeChanged } from "./build/static-assets.mjs";
import { buildWatchClient } from "./build/watch-client.mjs";

writeChanged(join(DIST, "_headers"), readFileSync(join(ROOT, "edge/assets-headers.txt")));
buildDocuments();
await buildWatchClient();
await buildConsole();
await buildPlayerAssets();
