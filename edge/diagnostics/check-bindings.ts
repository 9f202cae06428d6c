import type { Diagnostics } from "../api/definitions/admin/diagnostics.ts";
import type { Context } from "../context.ts";
import type { Env } from "../env.ts";
import { DATABASE_BINDINGS, OPTIONAL_BINDINGS, PRESENT_BINDINGS, READ_BINDINGS } from "./checked-bindings.ts";

type Binding = Diagnostics["bindings"][number];

export type CheckBindingsDeps = Pick<Context, "env" | "serviceState">;
type Read = (deps: CheckBindingsDeps) => Promise<unknown>;

/** Works before the first migration too. */
const readDatabase: Read = ({ serviceState }) => serviceState.appliedMigrations();

const READS: { readonly [Name in (typeof READ_BINDINGS)[number]]: Read } = {
  DB: readDatabase,
  HYPERDRIVE: readDatabase,
  SOURCE: ({ env }) => env.SOURCE.head("ladderlock-doctor"),
  PLAYBACK: ({ env }) => env.PLAYBACK.head("ladderlock-doctor"),
  INCOMING: async ({ env }) => env.INCOMING?.head("ladderlock-doctor"),
  CONTAINERS: async ({ env }) => checkContainers(env.CONTAINERS!),
};

/** Every binding of the Worker's configuration. Optional ones that are missing are left out. */
export async function checkBindings(deps: CheckBindingsDeps): Promise<Binding[]> {
  const { env } = deps;
  const bound = READ_BINDINGS.filter((name) => !isOtherDatabase(env, name));
  const read = bound.map((name) => checkRead(deps, name, READS[name]));
  const present = PRESENT_BINDINGS.map((name): Binding => presence(env, name));
  const all = [...(await Promise.all(read)), ...present];
  return all.filter(({ state, required }) => required || state !== "missing");
}

function isOtherDatabase(env: Env, name: keyof Env): boolean {
  return (DATABASE_BINDINGS as readonly string[]).includes(name) && env[name] === undefined;
}

async function checkRead(deps: CheckBindingsDeps, name: keyof Env, read: Read): Promise<Binding> {
  const found = presence(deps.env, name);
  if (found.state === "missing") return found;
  try {
    await read(deps);
    return { ...found, state: "working" };
  } catch (error) {
    return { ...found, state: "failing", detail: firstLine(error) };
  }
}

function presence(env: Env, name: keyof Env): Binding {
  const state = env[name] === undefined ? "missing" : "present";
  return { name, required: !OPTIONAL_BINDINGS.includes(name), state, detail: null };
}

/** It answers with the names of the settings that it lacks. */
async function checkContainers(containers: Pick<Fetcher, "fetch">): Promise<void> {
  const response = await containers.fetch("https://containers/healthz");
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
}

/** The driver may list what a statement was sent with below its first line. */
function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : "unknown error").split("\n", 1)[0]!.slice(0, 200);
}
