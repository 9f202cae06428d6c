import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import type { Browser, Locator, Page } from "playwright-core";
import type { Stack } from "../e2e/stack.ts";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** The rules of WCAG 2.2 at level AA, and of the versions before it. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

const DOCS = join(import.meta.dirname, "../../docs");

const NARROW = 320;
const WIDE = 1280;

/** A person in front of the console, and somebody who listens on the wire. */
export class ConsolePage {
  readonly page: Page;
  readonly origin: string;
  readonly #urls: string[] = [];
  readonly #complaints: string[] = [];

  constructor(page: Page, origin: string) {
    this.page = page;
    this.origin = origin;
    page.context().on("request", (request) => this.#urls.push(request.url()));
    page.on("pageerror", (error) => this.#complaints.push(String(error)));
    page.on("console", (message) => {
      const isRefusal = message.text().startsWith("Failed to load resource");
      if (message.type() === "error" && !isRefusal) this.#complaints.push(message.text());
    });
  }

  /** What was requested from elsewhere. */
  get requestedElsewhere(): readonly string[] {
    return this.#urls.filter((url) => !url.startsWith(`${this.origin}/`) && !url.startsWith("blob:"));
  }

  /** Paths that were requested, with the number of requests. */
  requestsOf(path: string): number {
    return this.#urls.filter((url) => new URL(url).pathname === path).length;
  }

  /** Script errors and violations of the page's security policy. */
  get complaints(): readonly string[] {
    return this.#complaints;
  }

  async open(path: string): Promise<void> {
    await this.page.goto(`${this.origin}${path}`);
  }

  async signIn(apiKey: string, keepForTab = true): Promise<void> {
    await this.page.getByLabel("API key").fill(apiKey);
    if (keepForTab) await this.page.getByText("Keep me signed in").click();
    await this.page.keyboard.press("Enter");
    await this.page.getByRole("navigation", { name: "Console" }).waitFor({ state: "attached" });
  }

  button(name: string | RegExp) {
    return this.page.getByRole("button", { name, exact: typeof name === "string" });
  }

  /** The dialog that the button opens, and that closes when what it asks about is done. */
  async confirm(opener: string | Locator, confirmed: string, reason?: string): Promise<void> {
    await (typeof opener === "string" ? this.button(opener) : opener).click();
    const dialog = this.page.getByRole("dialog");
    if (reason !== undefined) await dialog.getByRole("textbox").fill(reason);
    await dialog.getByRole("button", { name: confirmed, exact: true }).click();
    await dialog.waitFor({ state: "detached" });
  }

  /** By the keyboard alone. */
  async tabTo(name: string): Promise<void> {
    for (let presses = 0; presses < 60; presses++) {
      await this.page.keyboard.press("Tab");
      if ((await this.focused()) === name) return;
    }
    throw new Error(`no press of the tab key leads to ${name}`);
  }

  /** The text of what has the focus. */
  focused(): Promise<string | null> {
    return this.page.evaluate(() => document.activeElement?.textContent ?? null);
  }

  tab(name: string) {
    return this.page.getByRole("tab", { name, exact: true });
  }

  /** Violations of WCAG 2.2 AA, and what is wider than the page: dark and narrow, then light and wide. */
  async faults(): Promise<readonly string[]> {
    const source = await readFile(AXE, "utf8");
    const found: string[] = [];
    for (const [colorScheme, width] of [
      ["dark", NARROW],
      ["light", WIDE],
    ] as const) {
      await this.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await this.page.setViewportSize({ width, height: 900 });
      await this.page.evaluate(source);
      const violations = await this.page.evaluate(findViolations, RULES);
      const overflow = await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      found.push(...violations.map((violation) => `${colorScheme} ${width}: ${violation}`));
      if (overflow > 0) found.push(`${colorScheme} ${width}: ${overflow} px wider than the page`);
    }
    return found;
  }

  /** A picture for docs/, made where SCREENSHOTS is set. */
  async picture(name: string, colorScheme: "light" | "dark" = "light"): Promise<void> {
    if (process.env.SCREENSHOTS === undefined) return;
    await this.page.emulateMedia({ colorScheme });
    await this.page.setViewportSize({ width: WIDE, height: 800 });
    await this.page.screenshot({ path: join(DOCS, `${name}.png`) });
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}

declare global {
  interface Window {
    axe: { run(context: Document, options: object): Promise<AxeResults> };
  }
}

async function findViolations(values: readonly string[]): Promise<string[]> {
  const { violations } = await window.axe.run(document, { runOnly: { type: "tag", values } });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id} ${html} ${failureSummary}`),
  );
}

export async function openConsole(browser: Browser, stack: Pick<Stack, "origin">, path = "/console") {
  const context = await browser.newContext({ viewport: { width: WIDE, height: 900 }, locale: "en-GB" });
  context.setDefaultTimeout(25_000);
  const page = new ConsolePage(await context.newPage(), stack.origin);
  await page.open(path);
  return page;
}
