/*
 * Text that every database stores. Postgres refuses U+0000 everywhere and half of a surrogate pair in JSON, while SQLite
 * takes both. What strangers send is therefore checked, or cleaned, once: where it enters.
 */

/** The way to the first text that is not storable, through members and elements; null where every text is. */
export function unstorablePath(value: unknown): readonly string[] | null {
  if (typeof value === "string") return isStorable(value) ? null : [];
  if (typeof value !== "object" || value === null) return null;
  for (const [name, member] of Object.entries(value)) {
    if (!isStorable(name)) return [name];
    const path = unstorablePath(member);
    if (path !== null) return [name, ...path];
  }
  return null;
}

/** The same value with U+FFFD in the place of what cannot be stored. */
export function storable<T>(value: T): T {
  return unstorablePath(value) === null ? value : (cleaned(value) as T);
}

function cleaned(value: unknown): unknown {
  if (typeof value === "string") return storableText(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [storableText(name), cleaned(member)]));
}

function isStorable(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}

function storableText(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\ufffd");
}
