import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A file of ours by its path from the root, with slashes. */
export type SourceFile = { readonly path: string; readonly text: string; readonly imports: readonly Import[] };

/** A relative specifier is resolved to a path from the root; anything else is the name of a package or a module. */
export type Import =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "package"; readonly name: string };

const NOT_OURS = new Set(["node_modules", "dist", "coverage", ".wrangler", ".ladderlock"]);
const CODE = /(?<!\.d)\.(?:ts|tsx|mjs)$/;

/** The Markdown files at the top and below docs/, by their paths from the root. */
export function documentsOf(): string[] {
  const below = readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" }).map((name) => `docs/${name}`);
  return [...below, ...readdirSync(ROOT)].filter((path) => path.endsWith(".md"));
}

export function readSourceFiles(folders: readonly string[]): SourceFile[] {
  return folders.flatMap(codeIn).map((path) => {
    const text = readFileSync(join(ROOT, path), "utf8");
    return { path, text, imports: specifiersOf(text).map((specifier) => resolved(path, specifier)) };
  });
}

function codeIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return [];
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return codeIn(path);
    return CODE.test(entry.name) ? [path] : [];
  });
}

/** Statements that begin a line, since Biome formats them so; types count, for they bind layers just as well. */
const STATEMENT = /^(?:import|export)\s+(?:type\s+)?(?:[\w$*\s{},]+\sfrom\s+)?["']([^"'\n]+)["']/gm;
const CALL = /\bimport\(\s*["']([^"'\n]+)["']\s*\)/g;

export function specifiersOf(text: string): string[] {
  return [STATEMENT, CALL].flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1]!));
}

function resolved(from: string, specifier: string): Import {
  if (!specifier.startsWith(".")) return { kind: "package", name: specifier };
  // Vite gives a file as text where the query is "raw".
  return { kind: "file", path: posix.join(posix.dirname(from), specifier.replace(/\?raw$/, "")) };
}

/** Tests and what they alone use: they may lean on test/, and on Node. */
export function isTest(path: string): boolean {
  return /\.(?:test|fixture)\.tsx?$/.test(path);
}
