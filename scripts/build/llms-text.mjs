/** Rows of the README's table of documents. */
const ROW = /^\| \[[^\]]+\]\((docs\/[^)]+)\) \| (.+) \|$/gm;

/**
 * The index of the documents for language models (llmstxt.org): a line for each page. The README gives the summary, and
 * the description of each page that its table lists.
 *
 * @param {string} readme
 * @param {Readonly<Record<string, string>>} pages texts by their paths
 */
export function llmsText(readme, pages) {
  const [, name, summary] = /^# (.+)\n\n([\s\S]+?)\n\n/.exec(readme) ?? [];
  const described = [...readme.matchAll(ROW)].map(([, path = "", about = ""]) => ({ path, about: `: ${about}` }));
  const others = Object.keys(pages).filter((path) => !described.some((page) => page.path === path));
  /** @param {{ path: string, about?: string }} page */
  const line = ({ path, about = "" }) => `- [${titleOf(pages[path])}](/${path})${about}\n`;
  return [
    `# ${name}\n`,
    `> ${summary?.replaceAll("\n", " ")}\n`,
    `## Documentation\n\n${described.map(line).join("")}`,
    `## Optional\n\n${others.map((path) => line({ path })).join("")}`,
  ].join("\n");
}

/** @param {string | undefined} page */
function titleOf(page) {
  const title = /^# (.+)$/m.exec(page ?? "")?.[1];
  if (title === undefined) throw new Error("a document listed in README.md does not exist or has no title");
  return title;
}
