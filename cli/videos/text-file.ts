import { readFile } from "node:fs/promises";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { Output } from "../../processor/cli/output.ts";

/** What a file that is not UTF-8 is declared as. */
export type Charset = "iso-8859-1" | "windows-1252";

export type TextFile = { readonly path: string; readonly charset: Charset | null };

/** The bytes of a file that was named, for `use`; the exit code where it cannot be read. */
export async function withTextFile(
  path: string,
  use: (content: Uint8Array<ArrayBuffer>) => Promise<number>,
  { err }: Pick<Output, "err">,
): Promise<number> {
  const content = await readFile(path).catch(() => null);
  if (content !== null) return use(Uint8Array.from(content));
  err(`${path} cannot be read\n`);
  return EXIT.usage;
}

export function mediaType<Type extends string>(
  type: Type,
  charset: Charset | null,
): Type | `${Type}; charset=${string}` {
  return charset === null ? type : `${type}; charset=${charset}`;
}
