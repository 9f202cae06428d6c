export type Line = { readonly number: number; readonly text: string };

/** Lines between blank ones. */
export type Block = { readonly lines: readonly Line[]; readonly first: Line };

/** WebVTT 4.1: a line ends with CR LF, LF or CR. A byte order mark before the first is no part of it. */
export function linesOf(text: string): Line[] {
  return text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\r|\n/)
    .map((line, index) => ({ number: index + 1, text: line }));
}

export function blocksOf(lines: readonly Line[]): Block[] {
  const blocks: Block[] = [];
  let open: Line[] = [];
  const close = () => {
    const [first] = open;
    if (first !== undefined) blocks.push({ lines: open, first });
    open = [];
  };
  for (const line of lines) {
    if (line.text.trim() === "") close();
    else open.push(line);
  }
  close();
  return blocks;
}
