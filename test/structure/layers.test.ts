import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ADAPTERS, CONFINED, CONFINED_FOLDERS, DATA, LAYERS, type Layer, OUTSIDE, THIN_ROUTES } from "./layers.ts";
import { type Import, isTest, ROOT, readSourceFiles, type SourceFile, specifiersOf } from "./source-files.ts";

const files = readSourceFiles([
  "client",
  "shared",
  "console",
  "player",
  "examples",
  "edge",
  "processor",
  "cli",
  ...OUTSIDE,
]);
const shipped = files.filter(({ path }) => !isTest(path));

const layerOf = (path: string) =>
  [...Object.keys(LAYERS), ...OUTSIDE].find((folder) => path.startsWith(`${folder}/`)) ?? null;

const nameOf = (imported: Import) => (imported.kind === "file" ? imported.path : imported.name);

/** Every breach as "who -> what", so that a failure names the line to change. */
function breaches(among: readonly SourceFile[], breaks: (file: SourceFile, imported: Import) => boolean): string[] {
  return among.flatMap((file) =>
    file.imports.filter((imported) => breaks(file, imported)).map((imported) => `${file.path} -> ${nameOf(imported)}`),
  );
}

function allows(layer: Layer, name: string, imported: Import): boolean {
  if (imported.kind === "package") return layer.packages.some((known) => known.test(imported.name));
  if (DATA.includes(imported.path)) return true;
  const target = layerOf(imported.path);
  return target === name || (target !== null && layer.may.includes(target));
}

describe("imports", () => {
  it("are found in every form that they are written in", () => {
    const text = [
      'import "./side-effect.ts";',
      'import one from "one";',
      "import { two,\n  type Three } from '../two.ts';",
      'import type { Four } from "four";',
      'import * as five from "five";',
      'export { six } from "./six.ts";',
      'export * from "seven";',
      'export type { Eight } from "eight";',
      'const nine = await import("nine");',
      'type Ten = import("ten").Ten;',
      ' * import { comment } from "comment";',
      'export const quoted = "text";',
      'export type Union = "a" | "b";',
    ].join("\n");
    const found = ["./side-effect.ts", "one", "../two.ts", "four", "five", "./six.ts", "seven", "eight", "nine", "ten"];
    expect(specifiersOf(text)).toEqual(found);
  });

  it("are found in the files of every layer", () => {
    for (const layer of Object.keys(LAYERS)) {
      const own = shipped.filter(({ path }) => layerOf(path) === layer);
      expect(own, layer).not.toEqual([]);
      expect(
        own.flatMap(({ imports }) => imports),
        layer,
      ).not.toEqual([]);
    }
  });

  it("lead to files that exist, by their full names", () => {
    expect(breaches(files, (_, to) => to.kind === "file" && !existsSync(join(ROOT, to.path)))).toEqual([]);
  });

  it("form no circle, not even of types", () => {
    expect(circles(files)).toEqual([]);
  });

  it.each(["edge/", "processor/", "shared/"])("go nowhere in a circle between the folders of %s", (runtime) => {
    const own = shipped.filter(({ path }) => path.startsWith(runtime));
    expect(circles(foldersOf(own))).toEqual([]);
  });
});

describe("zod in the Worker", () => {
  it("is imported as a namespace: the object `z` holds every language of its messages, half a megabyte", () => {
    const worker = shipped.filter(({ path }) => /^(?:edge|shared)\//.test(path));
    const named = worker.filter(({ text }) => /^import\s+(?:type\s+)?\{[^}]*\}\s+from\s+"zod"/m.test(text));
    expect(named.map(({ path }) => path)).toEqual([]);
  });
});

describe("the layers", () => {
  it("hold every file", () => {
    expect(files.map(({ path }) => path).filter((path) => layerOf(path) === null)).toEqual([]);
  });

  it("import only what the table allows", () => {
    const breaks = ({ path }: SourceFile, imported: Import) => {
      const name = layerOf(path)!;
      const layer = LAYERS[name];
      return layer !== undefined && !allows(layer, name, imported);
    };
    expect(breaches(shipped, breaks)).toEqual([]);
  });

  it("keep to themselves in their tests too, which may also use test/, Node and vitest", () => {
    const breaks = ({ path }: SourceFile, imported: Import) => {
      const name = layerOf(path)!;
      const layer = LAYERS[name];
      if (layer === undefined) return false;
      if (imported.kind === "package")
        return !/^(?:vitest$|node:)/.test(imported.name) && !allows(layer, name, imported);
      return !imported.path.startsWith("test/") && !allows(layer, name, imported);
    };
    expect(
      breaches(
        files.filter(({ path }) => isTest(path)),
        breaks,
      ),
    ).toEqual([]);
  });

  it("that ship use nothing of what starts, measures or tests them", () => {
    const outside = (path: string) => OUTSIDE.includes(layerOf(path) ?? "") || isTest(path);
    const inside = shipped.filter(({ path }) => !OUTSIDE.includes(layerOf(path) ?? ""));
    expect(breaches(inside, (_, to) => to.kind === "file" && outside(to.path))).toEqual([]);
  });

  it.each(CONFINED)("confine $name to $to", ({ name, within, to }) => {
    const known = (path: string) => to.some((place) => path.startsWith(place));
    const among = shipped.filter(({ path }) => path.startsWith(within) && !OUTSIDE.includes(layerOf(path) ?? ""));
    const matches = (imported: Import) => imported.kind === "package" && name.test(imported.name);
    expect(breaches(among, (file, imported) => matches(imported) && !known(file.path))).toEqual([]);
    expect(
      among.some(({ imports }) => imports.some(matches)),
      "nobody uses it any more",
    ).toBe(true);
  });
});

it.each(CONFINED_FOLDERS)("$within imports $folder from $to alone", ({ folder, within, to }) => {
  const into = (imported: Import) => imported.kind === "file" && imported.path.startsWith(folder);
  const among = shipped.filter(({ path }) => path.startsWith(within));
  expect(breaches(among, ({ path }, imported) => into(imported) && !path.startsWith(to))).toEqual([]);
  expect(
    among.some(({ imports }) => imports.some(into)),
    "nobody imports it any more",
  ).toBe(true);
});

describe.each(ADAPTERS)("the database adapter in $folder", ({ folder, entries, wiredIn }) => {
  const into = (imported: Import) => imported.kind === "file" && imported.path.startsWith(folder);
  const outside = files.filter(({ path }) => !path.startsWith(folder));
  const inside = outside.filter(({ path }) => !OUTSIDE.includes(layerOf(path) ?? ""));

  it("is imported from what ships by its entries alone, and where the application is wired", () => {
    const isWired = (path: string, to: Import) =>
      wiredIn.some((place) => path.startsWith(place)) && entries.includes(nameOf(to));
    expect(breaches(inside, ({ path }, to) => into(to) && !isWired(path, to))).toEqual([]);
  });

  it("has its one function that makes a Persistence in persistence.ts", () => {
    const text = files.find(({ path }) => path === `${folder}persistence.ts`)!.text;
    expect([...text.matchAll(/^export /gm)]).toHaveLength(1);
  });
});

describe("the routes of the job protocol", () => {
  const routes = shipped.filter(({ path }) => THIN_ROUTES.includes(path));

  it("exist", () => {
    expect(routes.map(({ path }) => path).toSorted()).toEqual(THIN_ROUTES.toSorted());
  });

  it("import nothing of the domain and no command", () => {
    const decides = /^shared\/(?:domain|application\/commands)\//;
    expect(breaches(routes, (_, to) => to.kind === "file" && decides.test(to.path))).toEqual([]);
  });
});

describe("the Worker's entry module", () => {
  const entry = files.find(({ path }) => path === "edge/index.ts")!;

  it("exports handlers by default and Durable Object classes by name, and nothing else", () => {
    const exported = [...entry.text.matchAll(/^export .*$/gm)].map(([line]) => line);
    const named = exported.filter((line) => line !== "export default {");
    expect(exported.length - named.length).toBe(1);
    for (const line of named) {
      const [, name, from] = /^export \{ (\w+) \} from "\.\/([\w/-]+\.ts)";$/.exec(line) ?? [];
      expect(name, line).toBeDefined();
      const source = files.find(({ path }) => path === `edge/${from}`);
      expect(source?.text, line).toMatch(new RegExp(`^export class ${name} extends DurableObject\\b`, "m"));
    }
  });

  it("is imported by no other file of the Worker", () => {
    const edge = shipped.filter(({ path }) => path.startsWith("edge/"));
    expect(breaches(edge, (_, to) => to.kind === "file" && to.path === entry.path)).toEqual([]);
  });
});

/** One entry for each folder that holds files alone, and one for each file that lies beside folders. */
function foldersOf(among: readonly SourceFile[]): SourceFile[] {
  const folderOf = (path: string) => path.slice(0, path.lastIndexOf("/"));
  const holdFolders = new Set(among.map(({ path }) => folderOf(folderOf(path))));
  const placeOf = (path: string) => (holdFolders.has(folderOf(path)) ? path : folderOf(path));
  const places = Map.groupBy(among, ({ path }) => placeOf(path));
  return [...places].map(([path, within]) => {
    const targets = within.flatMap(({ imports }) =>
      imports
        .filter((to) => to.kind === "file")
        .map(nameOf)
        .map(placeOf),
    );
    const others = [...new Set(targets)].filter((place) => place !== path);
    return { path, text: "", imports: others.map((place): Import => ({ kind: "file", path: place })) };
  });
}

/** At least one circle of every knot, named from its first file. Depth first; a file is entered once. */
function circles(among: readonly SourceFile[]): string[] {
  const byPath = new Map(among.map((file) => [file.path, file]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const seenAt = trail.indexOf(path);
    if (seenAt >= 0) found.push(told(trail.slice(seenAt)));
    if (seenAt >= 0 || done.has(path)) return;
    for (const to of byPath.get(path)?.imports ?? []) if (to.kind === "file") visit(to.path, [...trail, path]);
    done.add(path);
  };
  for (const { path } of among) visit(path, []);
  return found;
}

function told(circle: readonly string[]): string {
  const first = circle.indexOf(circle.toSorted()[0]!);
  const turned = [...circle.slice(first), ...circle.slice(0, first)];
  return [...turned, turned[0]].join(" -> ");
}
