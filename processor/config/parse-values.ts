const HOST_AND_PORT = /^(\[[0-9a-f:.]+\]|[^\s:/@?#[\]]+):([1-9]\d{0,4})$/i;

/* Each is undefined for what it refuses. */

export function hostList(list: string): ReadonlySet<string> | undefined {
  const entries = list.split(",").map((entry) => entry.trim().toLowerCase());
  const given = entries.filter((entry) => entry !== "");
  return given.every((entry) => HOST_AND_PORT.test(entry)) ? new Set(given) : undefined;
}

export function postgresUrlOrNone(value: string): string | null | undefined {
  if (value === "") return null;
  const url = URL.canParse(value) ? new URL(value) : null;
  const isPostgres = url !== null && /^postgres(ql)?:$/.test(url.protocol);
  return isPostgres && url.hostname !== "" && url.pathname.length > 1 && isDecodable(url) ? value : undefined;
}

/** Whether each "%" of an address stands for a character, so that its user, password and database can be read. */
export function isDecodable({ username, password, pathname }: URL): boolean {
  try {
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

export function portOrNone(value: string): number | null | undefined {
  if (value === "") return null;
  const port = Number(value);
  return Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : undefined;
}
