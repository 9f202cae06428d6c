/** Of this runtime: several share one server, and each runs one file after another. */
const OWN_DATABASE = Symbol.for("ladderlock: database of this runtime");
const names = globalThis as { [OWN_DATABASE]?: string };

export function ownDatabaseName(): string {
  names[OWN_DATABASE] ??= `workerd_${crypto.randomUUID().replaceAll("-", "")}`;
  return names[OWN_DATABASE];
}

/** The Hyperdrive of the runtime, which is a plain pipe to the server, with the database of this runtime. */
export function ownHyperdrive({ connectionString }: { readonly connectionString: string }) {
  const url = new URL(connectionString);
  url.pathname = `/${ownDatabaseName()}`;
  return { connectionString: url.href };
}
