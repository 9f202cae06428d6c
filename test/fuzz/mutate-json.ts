import { chosen, count, HOSTILE, mutateText, type Random } from "./mutate-text.ts";

/* Seeded damage to JSON: mostly still JSON, of another shape, since what does not parse is refused at the first step. */

type Json = unknown;

const STRANGE: readonly Json[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1.5,
  2 ** 31,
  2 ** 53,
  1e308,
  Number.MAX_SAFE_INTEGER,
  "",
  [],
  {},
  [[[[]]]],
  { __proto__: null, constructor: { prototype: { polluted: true } } },
];

/** The text of a damaged body. */
export function mutateJson(random: Random, value: Json): string {
  const text = written(damagedNode(random, value, count(random, 2)));
  return random() < 0.15 ? mutateText(random, text) : text;
}

/** `JSON.stringify` has no way to write these: names that come twice, and names that a parser may take to heart. */
function written(value: Json): string {
  return JSON.stringify(value)
    .replaceAll('"__twice__":', '"fileIndex":')
    .replaceAll('"__own_proto__":', '"__proto__":');
}

function damagedNode(random: Random, value: Json, times: number): Json {
  let damaged = value;
  for (let left = times; left > 0; left--) damaged = damagedOnce(random, damaged, 0);
  return damaged;
}

function damagedOnce(random: Random, value: Json, depth: number): Json {
  const deeper = random() < 0.75 && depth < 6;
  if (deeper && Array.isArray(value) && value.length > 0) return damagedArray(random, value, depth);
  if (deeper && isObject(value) && Object.keys(value).length > 0) return damagedObject(random, value, depth);
  return replacement(random, value);
}

function damagedArray(random: Random, list: readonly Json[], depth: number): Json {
  if (random() < 0.15) return Array(count(random, 300)).fill(list[0]);
  const at = Math.floor(random() * list.length);
  return list.map((item, index) => (index === at ? damagedOnce(random, item, depth + 1) : item));
}

function damagedObject(random: Random, object: Record<string, Json>, depth: number): Json {
  const name = chosen(random, Object.keys(object));
  const { [name]: value, ...rest } = object;
  const kind = random();
  if (kind < 0.12) return rest;
  if (kind < 0.2) return { ...rest, [mutateText(random, name)]: value };
  if (kind < 0.28)
    return { ...object, [chosen(random, ["__twice__", "__own_proto__", "qualities", "x"])]: strange(random) };
  return { ...object, [name]: damagedOnce(random, value, depth + 1) };
}

function replacement(random: Random, value: Json): Json {
  if (typeof value === "string" && random() < 0.6) return mutateText(random, value);
  if (typeof value === "number" && random() < 0.4) return value + Math.floor(random() * 5) - 2;
  return random() < 0.1 ? nested(count(random, 500)) : strange(random);
}

function strange(random: Random): Json {
  return random() < 0.5 ? chosen(random, STRANGE) : chosen(random, HOSTILE);
}

function nested(depth: number): Json {
  let value: Json = [];
  for (let left = depth; left > 0; left--) value = [value];
  return value;
}

function isObject(value: Json): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
