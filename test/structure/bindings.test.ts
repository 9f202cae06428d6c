import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { PRESENT_BINDINGS, READ_BINDINGS } from "../../edge/diagnostics/checked-bindings.ts";

/** The configuration for Postgres has this one in the place of DB. */
const HYPERDRIVE = "HYPERDRIVE";

/** With those of the sections that a deployment may uncomment. */
function configuredBindings(): string[] {
  const text = readFileSync(new URL("../../wrangler.toml", import.meta.url), "utf8");
  return [...text.matchAll(/^(?:# )?(?:binding|name) = "([A-Z_]+)"/gm)].map(([, name]) => name!);
}

it("finds every binding of wrangler.toml among those that the doctor checks", () => {
  expect([...READ_BINDINGS, ...PRESENT_BINDINGS].sort()).toEqual([...configuredBindings(), HYPERDRIVE].sort());
});
