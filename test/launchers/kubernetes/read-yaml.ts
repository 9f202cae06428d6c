/*
 * The part of YAML that the manifests use: blocks of names and of lists, lists in brackets, texts, whole numbers and
 * booleans. Anything else is an error, so that nothing is read wrongly.
 */

export type Yaml = { [name: string]: Yaml } | Yaml[] | string | number | boolean;

type Line = { readonly indent: number; readonly text: string };

/** The documents of a file. */
export function readYaml(text: string): Yaml[] {
  return text.split(/^---$/m).map((document) => {
    const lines = document.split("\n").flatMap(lineOf);
    const value = block(lines, 0);
    if (lines.length > 0) throw new Error(`not understood: ${lines[0]!.text}`);
    return value;
  });
}

function lineOf(line: string): Line[] {
  if (/^\s*(?:#.*)?$/.test(line)) return [];
  const text = line.trimStart();
  if (/\t| #|[&*|>!%@`{}]/.test(text)) throw new Error(`not understood: ${line}`);
  return [{ indent: line.length - text.length, text: text.trimEnd() }];
}

/** Takes the lines of a block from the front of the list. */
function block(lines: Line[], indent: number): Yaml {
  return lines[0]!.text.startsWith("- ") ? list(lines, indent) : names(lines, indent);
}

function list(lines: Line[], indent: number): Yaml[] {
  const items: Yaml[] = [];
  while (lines[0]?.indent === indent && lines[0].text.startsWith("- ")) {
    const text = lines[0].text.slice(2);
    if (/^[\w./-]+:(?: |$)/.test(text)) {
      lines[0] = { indent: indent + 2, text };
      items.push(names(lines, indent + 2));
    } else {
      lines.shift();
      items.push(scalar(text));
    }
  }
  return items;
}

function names(lines: Line[], indent: number): { [name: string]: Yaml } {
  const found: { [name: string]: Yaml } = {};
  while (lines[0]?.indent === indent) {
    const [, name, value] = /^([\w./-]+):(?: (.+))?$/.exec(lines[0].text) ?? [];
    if (name === undefined || Object.hasOwn(found, name)) throw new Error(`not understood: ${lines[0].text}`);
    lines.shift();
    const next = lines[0];
    if (value === undefined && (next === undefined || next.indent <= indent)) throw new Error(`${name} is empty`);
    found[name] = value === undefined ? block(lines, next!.indent) : scalar(value);
  }
  return found;
}

function scalar(text: string): Yaml {
  if (text.startsWith("[")) {
    if (!text.endsWith("]")) throw new Error(`not understood: ${text}`);
    return text.slice(1, -1).split(", ").map(scalar);
  }
  if (text.startsWith('"')) return JSON.parse(text) as string;
  if (/^-?\d+$/.test(text)) return Number(text);
  if (text === "true" || text === "false") return text === "true";
  if (/^(?:null|~|yes|no|on|off|[\d.]+e\d+|'.*)$/i.test(text) || text.includes(": "))
    throw new Error(`not understood: ${text}`);
  return text;
}
