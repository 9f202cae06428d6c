import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** For a busy machine. */
const WAIT_MS = 60_000;
const LONG_PAGE_PX = 5000;

/** A person in front of the console, and somebody who listens on the wire. */
export class OperatorTab {
  readonly page: Page;
  readonly origin: string;
  readonly #urls: URL[] = [];
  readonly #complaints: string[] = [];

  private constructor(page: Page, origin: string) {
    this.page = page;
    this.origin = origin;
    page.setDefaultTimeout(WAIT_MS);
    page.on("request", (request) => this.#urls.push(new URL(request.url())));
    page.on("pageerror", (error) => this.#complaints.push(String(error)));
    page.on("console", (message) => {
      // Chromium reports each refused request.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
        this.#complaints.push(message.text());
    });
  }

  /** Signs in and keeps the key for the tab, so that addresses can be opened. */
  static async open(browser: Browser, origin: string, key: string): Promise<OperatorTab> {
    const context = await browser.newContext({
      ...{ viewport: { width: 1280, height: 900 }, locale: "en-GB", timezoneId: "UTC", reducedMotion: "reduce" },
      acceptDownloads: true,
    });
    const tab = new OperatorTab(await context.newPage(), origin);
    await tab.page.goto(`${origin}/console`);
    await tab.page.getByLabel("API key").fill(key);
    await tab.page.getByText("Keep me signed in").click();
    await tab.page.getByRole("button", { name: "Sign in" }).click();
    await tab.page.locator(".shell-main h1").waitFor();
    return tab;
  }

  /** Opens an address of the console and waits until it shows what it has loaded. */
  async goTo(path: string): Promise<void> {
    await this.page.goto(`${this.origin}/console${path}`);
    await this.loaded();
  }

  async loaded(): Promise<void> {
    await this.page.getByRole("heading", { level: 1 }).waitFor();
    await this.page.waitForFunction(() => document.querySelector(".state[role=status]") === null);
  }

  /** What follows a new size in the page has happened by the second frame. */
  async resize(width: number, height: number): Promise<void> {
    await this.page.setViewportSize({ width, height });
    await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }

  /** Presses a button that asks, and the one of the same name in its dialog. */
  async confirm(name: string, action: string): Promise<void> {
    await this.page.getByRole("button", { name }).first().click();
    const dialog = this.page.getByRole("dialog");
    await dialog.getByRole("button", { name: action }).click();
    await dialog.waitFor({ state: "detached" });
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

  /** Rules of WCAG 2.2 AA that the page breaks, with the elements. */
  async violations(): Promise<string[]> {
    await this.page.evaluate(AXE);
    return this.page.evaluate(async (tags) => {
      const { axe } = window as unknown as { axe: { run(options: object): Promise<{ violations: Violation[] }> } };
      type Violation = { id: string; nodes: { target: unknown[]; failureSummary?: string }[] };
      const { violations } = await axe.run({ runOnly: { type: "tag", values: tags } });
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary = "" }) => `${id}: ${target.join(" ")} (${failureSummary})`),
      );
    }, WCAG);
  }

  /** Wider than its window: something has to be scrolled sideways. */
  isTooWide(): Promise<boolean> {
    return this.page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  }

  /** Requests to other origins. */
  get strayRequests(): readonly string[] {
    return this.#urls.filter(({ protocol, origin }) => protocol !== "blob:" && origin !== this.origin).map(String);
  }

  /** Script errors and violations of the page's security policy. */
  get complaints(): readonly string[] {
    return this.#complaints;
  }

  /** With CONSOLE_SCREENSHOTS, a folder: the page as it is now. */
  async shoot(name: string): Promise<void> {
    const folder = process.env.CONSOLE_SCREENSHOTS;
    if (folder === undefined) return;
    const height = await this.page.evaluate(() => document.documentElement.scrollHeight);
    const fullPage = height < LONG_PAGE_PX;
    await this.page.screenshot({ path: join(folder, `${name}.png`), fullPage });
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
