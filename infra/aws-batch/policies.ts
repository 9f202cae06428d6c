import { readFileSync } from "node:fs";
import { join } from "node:path";

export type PolicyName = "trust-ecs-tasks" | "trust-ec2" | "execution-role" | "pull-image" | "worker";

/** A policy of policies/ with its placeholders filled. */
export function policy(name: PolicyName, values: Readonly<Record<string, string>>): unknown {
  const text = readFileSync(join(import.meta.dirname, `policies/${name}.json`), "utf8");
  const filled = text.replaceAll(/\$\{(\w+)\}/g, (_, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`policies/${name}.json has the unknown placeholder ${key}`);
    return value;
  });
  return JSON.parse(filled);
}

/** IAM returns documents as URL-encoded text; the order of their members has no meaning. */
export function isSamePolicy(stored: string | undefined, expected: unknown): boolean {
  if (stored === undefined) return false;
  return canonical(JSON.parse(decodeURIComponent(stored))) === canonical(expected);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).toSorted(([one], [other]) => (one < other ? -1 : 1)));
  });
}
