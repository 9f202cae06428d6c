// The process in which Vite builds the console; started by console.mjs.
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { build } from "vite";
import { DIST, ROOT, writeChanged } from "./static-assets.mjs";

const CONSOLE = join(ROOT, "console");
const ASSETS = join(DIST, "console-assets");

const built = await build({
  root: CONSOLE,
  base: "/console-assets/",
  configFile: false,
  envDir: false,
  logLevel: "warn",
  plugins: [react()],
  build: {
    write: false,
    target: ["es2023", "safari17.5"],
    // The Content-Security-Policy refuses data: and inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      input: join(CONSOLE, "page.html"),
      output: {
        entryFileNames: "[name]-[hash].js",
        chunkFileNames: "[name]-[hash].js",
        assetFileNames: "[name]-[hash][extname]",
      },
    },
  },
});
const outputs = [built].flat().flatMap((result) => ("output" in result ? result.output : []));
// The page last: it names the others.
const files = outputs.toSorted((a, b) => Number(a.fileName.endsWith(".html")) - Number(b.fileName.endsWith(".html")));
for (const file of files) writeChanged(join(ASSETS, file.fileName), file.type === "chunk" ? file.code : file.source);
const names = new Set(files.map(({ fileName }) => fileName));
for (const name of readdirSync(ASSETS)) if (!names.has(name)) rmSync(join(ASSETS, name), { force: true });
