import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import type { Stack } from "../e2e/stack.ts";
import { findViolations } from "./find-violations.ts";

const DOCS = join(import.meta.dirname, "../../docs");

const NARROW = { width: 320, height: 900 };
const WIDE = { width: 1280, height: 900 };
const LONG_PAGE_PX = 5000;
/** For a busy machine. */
const WAIT_MS = 60_000;

/** A person in front of the console, and somebody who listens on the wire. */
export class ConsolePage {
  readonly page: Page;
  readonly origin: string;
  readonly #urls: URL[] = [];
  readonly #complaints: string[] = [];

  constructor(page: Page, origin: string) {
    this.page = page;
    this.origin = origin;
    page.context().on("request", (request) => this.#urls.push(new URL(request.url())));
    page.on("pageerror", (error) => this.#complaints.push(String(error)));
    page.on("console", (message) => {
      // Chromium reports each refused request.
      const isRefusal = message.text().startsWith("Failed to load resource");
      if (message.type() === "error" && !isRefusal) this.#complaints.push(message.text());
    });
  }

  /** What was requested from elsewhere. */
  get requestedElsewhere(): readonly string[] {
    return this.#urls.filter(({ protocol, origin }) => protocol !== "blob:" && origin !== this.origin).map(String);
  }

  /** How many requests had such a path. */
  requestsOf(path: string | RegExp): number {
    return this.#urls.filter(({ pathname }) => (typeof path === "string" ? pathname === path : path.test(pathname)))
      .length;
  }

  /** Script errors and violations of the page's security policy. */
  get complaints(): readonly string[] {
    return this.#complaints;
  }

  async open(path: string): Promise<void> {
    await this.page.goto(`${this.origin}${path}`);
  }

  /** Opens an address of the console and waits until it shows what it has loaded. */
  async goTo(path: string): Promise<void> {
    await this.open(`/console${path}`);
    await this.page.getByRole("heading", { level: 1 }).waitFor();
    await this.page.waitForFunction(() => document.querySelector(".state[role=status]") === null);
  }

  async signIn(apiKey: string, keepForTab = true): Promise<void> {
    await this.page.getByLabel("API key").fill(apiKey);
    if (keepForTab) await this.page.getByText("Keep me signed in").click();
    await this.page.keyboard.press("Enter");
    await this.page.getByRole("navigation", { name: "Console" }).waitFor({ state: "attached" });
    await this.page.getByRole("heading", { level: 1 }).waitFor();
  }

  button(name: string | RegExp) {
    return this.page.getByRole("button", { name, exact: typeof name === "string" });
  }

  tab(name: string) {
    return this.page.getByRole("tab", { name, exact: true });
  }

  /** The dialog that the button opens, and that closes when what it asks about is done. */
  async confirm(opener: string | Locator, confirmed: string, reason?: string): Promise<void> {
    await (typeof opener === "string" ? this.button(opener).first() : opener).click();
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

  /** The cells of a table, row by row, as far as they are in the document. */
  rows(table: string): Promise<string[][]> {
    return this.page
      .getByRole("table", { name: table, exact: true })
      .locator("tbody tr:not([aria-hidden])")
      .evaluateAll((rows) =>
        rows.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent?.trim() ?? "")),
      );
  }

  /**
   * Scrolls to the end of a list again and again, until at least so many rows are loaded. More may be: the end comes into
   * view again before it is looked at.
   */
  async scrollUntilLoaded(rows: number): Promise<void> {
    const counted = this.page.getByText(/^\d+ (loaded|in all)$/);
    for (let loaded = 0; loaded < rows; ) {
      await this.page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
      const [count = "", state] = (await counted.textContent())?.split(" ") ?? [];
      loaded = Number(count);
      if (state === "in" && loaded < rows) throw new Error(`the list ends after ${loaded} rows`);
    }
  }

  /**
   * Violations of WCAG 2.2 AA, and what is wider than the page: dark and narrow, then light and wide. With a name, pictures
   * of both go into the folder that CONSOLE_SCREENSHOTS names.
   */
  async faults(name?: string): Promise<readonly string[]> {
    const found: string[] = [];
    for (const [colorScheme, size] of [
      ["dark", NARROW],
      ["light", WIDE],
    ] as const) {
      const shown = `${colorScheme}-${size.width}`;
      await this.page.emulateMedia({ colorScheme });
      await this.resize(size);
      if (name !== undefined) await this.#shoot(`${name}-${shown}`);
      const violations = await findViolations(this.page);
      const overflow = await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      found.push(...violations.map((violation) => `${shown}: ${violation}`));
      if (overflow > 0) found.push(`${shown}: ${overflow} px wider than the page`);
    }
    return found;
  }

  /** What follows a new size in the page has happened by the second frame. */
  async resize(size: { readonly width: number; readonly height: number }): Promise<void> {
    await this.page.setViewportSize(size);
    await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }

  async #shoot(name: string): Promise<void> {
    const folder = process.env.CONSOLE_SCREENSHOTS;
    if (folder === undefined) return;
    const height = await this.page.evaluate(() => document.documentElement.scrollHeight);
    await this.page.screenshot({ path: join(folder, `${name}.png`), fullPage: height < LONG_PAGE_PX });
  }

  /** A picture for docs/, made where SCREENSHOTS is set. */
  async picture(name: string): Promise<void> {
    if (process.env.SCREENSHOTS === undefined) return;
    await this.page.emulateMedia({ colorScheme: "light" });
    await this.resize({ width: WIDE.width, height: 800 });
    await this.page.screenshot({ path: join(DOCS, `${name}.png`) });
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}

export async function openConsole(browser: Browser, { origin }: Pick<Stack, "origin">, path = "/console") {
  const context = await browser.newContext({
    ...{ viewport: WIDE, locale: "en-GB", timezoneId: "UTC", reducedMotion: "reduce" },
  });
  context.setDefaultTimeout(WAIT_MS);
  const page = new ConsolePage(await context.newPage(), origin);
  await page.open(path);
  return page;
}
