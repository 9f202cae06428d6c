import type { Diagnostics } from "../api/definitions/diagnostics.ts";
import type { Env } from "../env.ts";
import { OPTIONAL_BINDINGS, PRESENT_BINDINGS, READ_BINDINGS } from "./checked-bindings.ts";

type Binding = Diagnostics["bindings"][number];

const READS: { readonly [Name in (typeof READ_BINDINGS)[number]]: (env: Env) => Promise<unknown> } = {
  DB: ({ DB }) => DB.prepare("SELECT 1").first(),
  SOURCE: ({ SOURCE }) => SOURCE.head("ladderlock-doctor"),
  PLAYBACK: ({ PLAYBACK }) => PLAYBACK.head("ladderlock-doctor"),
  INCOMING: async ({ INCOMING }) => INCOMING?.head("ladderlock-doctor"),
};

/** Every binding of wrangler.toml. Optional ones that are missing are left out. */
export async function checkBindings(env: Env): Promise<Binding[]> {
  const read = READ_BINDINGS.map((name) => checkRead(env, name, READS[name]));
  const present = PRESENT_BINDINGS.map((name): Binding => presence(env, name));
  const all = [...(await Promise.all(read)), ...present];
  return all.filter(({ state, required }) => required || state !== "missing");
}

async function checkRead(env: Env, name: keyof Env, read: (env: Env) => Promise<unknown>): Promise<Binding> {
  const found = presence(env, name);
  if (found.state === "missing") return found;
  try {
    await read(env);
    return { ...found, state: "working" };
  } catch (error) {
    return { ...found, state: "failing", detail: firstLine(error) };
  }
}

function presence(env: Env, name: keyof Env): Binding {
  const state = env[name] === undefined ? "missing" : "present";
  return { name, required: !OPTIONAL_BINDINGS.includes(name), state, detail: null };
}

/** The driver may list what a statement was sent with below its first line. */
function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : "unknown error").split("\n", 1)[0]!.slice(0, 200);
}
