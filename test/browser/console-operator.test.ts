import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { bodyOf } from "../../client/index.ts";
import { FakeProcessor } from "../e2e/fake-processor.ts";
import { type Stack, startStack } from "../e2e/stack.ts";
import { startWebhookSite, type WebhookSite } from "../fixtures/webhook-site.ts";
import { launchChromium } from "./chromium.ts";
import { type ConsolePage, openConsole } from "./console-page.ts";
import { fillWithJobs } from "./many-jobs.ts";

/* The operator's pages of the console in a real browser, over 10,000 posts and jobs. */

/** Pages of which docs/console.md has a picture. */
const IN_DOCS = ["overview", "dead-letters", "delivery", "audit"];

let stack: Stack;
let site: WebhookSite;
let browser: Browser;
let tab: ConsolePage | null = null;
let deadLetter: string;

beforeAll(async () => {
  const settings = { WEBHOOK_ADDRESSES: "any", WEBHOOK_RETRY_SECONDS: "0,3600" };
  [stack, browser, site] = await Promise.all([
    startStack({ processor: false, settings }),
    launchChromium(),
    startWebhookSite(),
  ]);
  await fillWithJobs(stack, Date.now() - 60_000);
  deadLetter = await failedJob();
});

afterEach(async () => {
  await tab?.close();
  tab = null;
});

afterAll(async () => {
  await browser?.close();
  await site?.stop();
  await stack?.stop();
});

/** With the key kept for the tab, so that addresses can be opened. */
async function open(key = stack.adminKey): Promise<ConsolePage> {
  tab = await openConsole(browser, stack);
  await tab.signIn(key);
  return tab;
}

/** A post whose only job has failed for good. */
async function failedJob(): Promise<string> {
  const uploadFileList = [{ sourceUrl: "https://files.example.com/film.mp4", fileName: "film.mp4" }];
  const body = { title: "Broken", resourceType: "VIDEO", autoPublish: false, uploadFileList } as const;
  const { jobId } = bodyOf(await stack.client.createVideoPost({ body })).files[0]!;
  const processor = await FakeProcessor.claim(stack.origin, `job-${jobId}`);
  await processor.fail();
  return jobId!;
}

const jobState = async (jobId: string) => bodyOf(await stack.client.getJob({ params: { jobId } })).state;

it("an operator's day: a dead letter, webhooks, an API key and the audit log", async () => {
  const day = await open();
  const { page } = day;
  await day.goTo("/jobs?state=FAILED");
  await page.getByRole("link", { name: `Transcode, part 0: job ${deadLetter}` }).click();
  // The list shows the reason too.
  await page.getByText("Why it failed").waitFor();
  await page.getByText("It broke.", { exact: true }).first().waitFor();
  await day.confirm(`Retry the transcode job ${deadLetter}`, "Retry");
  await page.getByText("Waits", { exact: true }).waitFor();
  expect(await jobState(deadLetter)).toBe("QUEUED");
  await day.confirm(`Cancel the transcode job ${deadLetter}`, "Cancel the job");
  await page.getByText("Cancelled", { exact: true }).first().waitFor();
  expect(await jobState(deadLetter)).toBe("CANCELLED");

  await page.getByRole("link", { name: "Webhooks" }).click();
  await page.getByRole("button", { name: "Add an endpoint" }).click();
  await page.getByLabel("Address").fill(`${site.origin}/hook`);
  await page.getByText("Posts", { exact: true }).last().click();
  await page.getByRole("button", { name: "Add", exact: true }).click();
  expect(await page.getByLabel("Signing secret").inputValue()).toMatch(/^whsec_/);
  await page.getByRole("button", { name: "Done" }).click();
  site.answerWith([{ kind: "answer", status: 500 }]);
  await failedJob();
  await expect.poll(() => site.requests.length).toBe(1);
  await page.getByRole("link", { name: `${site.origin}/hook` }).click();
  await page.getByRole("link", { name: /^post.created/ }).click();
  await expect.poll(() => day.rows("Attempts")).toHaveLength(1);
  expect((await day.rows("Attempts"))[0]![1]).toContain("500");
  await day.confirm("Replay", "Replay");
  await page.getByText("Delivered", { exact: true }).first().waitFor();
  await expect.poll(() => day.rows("Attempts")).toHaveLength(2);
  expect(site.requests.map(({ answer, id }) => [answer, id])).toEqual([
    [{ kind: "answer", status: 500 }, site.requests[0]!.id],
    [{ kind: "answer", status: 204 }, site.requests[0]!.id],
  ]);

  await page.getByRole("link", { name: "API keys" }).click();
  await page.getByRole("button", { name: "Create a key" }).click();
  await page.getByLabel("Name").fill("shop");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByText("Choose at least one scope.").waitFor();
  await page.getByText("posts:read", { exact: true }).click();
  await page.getByRole("button", { name: "Create", exact: true }).click();
  const key = await page.getByRole("textbox", { name: "API key" }).inputValue();
  await page.getByRole("button", { name: "Done" }).click();
  expect(await page.getByText(key).count()).toBe(0);
  expect((await stack.client.listJobs({}, { token: key })).ok).toBe(true);
  await day.confirm("Revoke the key shop", "Revoke");
  await page.getByText("Revoked", { exact: true }).waitFor();
  expect((await stack.client.listJobs({}, { token: key })).ok).toBe(false);

  await page.getByRole("link", { name: "Audit log" }).click();
  await page.getByLabel("Action").fill("api-key.create");
  await expect.poll(async () => (await day.rows("Events")).map(([, action]) => action)).toEqual(["api-key.create"]);
  await page.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download" }).click(),
  ]);
  const lines = (await readFile(await download.path(), "utf8")).trim().split("\n");
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain("api-key.create");
  expect(lines[1]).not.toContain(key);
  expect(day.requestedElsewhere).toEqual([]);
  expect(day.complaints).toEqual([]);
});

describe("the overview", () => {
  it("plots the figures of the database", async () => {
    const { page } = await open();
    const overview = tab!;
    const figures = bodyOf(await stack.client.readOverview());
    await overview.goTo("/overview");
    for (const summary of await page.getByText("Show as a table").all()) await summary.click();
    const byHour = Map.groupBy(figures.jobs.byHour, ({ hour }) => hour);
    const rows = await overview.rows("Jobs by hour and outcome");
    expect(rows.length).toBe(byHour.size);
    const sum = (column: number) => rows.reduce((total, cells) => total + Number(cells[column]), 0);
    const total = (state: string) =>
      figures.jobs.byHour.filter((row) => row.state === state).reduce((all, { count }) => all + count, 0);
    expect([sum(1), sum(2), sum(3)]).toEqual([total("SUCCEEDED"), total("FAILED"), total("CANCELLED")]);
    // A bar for each hour with such jobs, as high as its count.
    const heights = await page
      .locator(".plot-wide .recharts-bar")
      .first()
      .locator(".recharts-bar-rectangle path")
      .evaluateAll((bars) => bars.map((bar) => (bar as SVGGraphicsElement).getBBox().height));
    const counts = rows.map((cells) => Number(cells[1])).filter((count) => count > 0);
    expect(heights).toHaveLength(counts.length);
    const scale = Math.max(...heights) / Math.max(...counts);
    for (const [n, count] of counts.entries()) expect(Math.abs(heights[n]! - count * scale)).toBeLessThan(1);
    expect(await overview.rows("Why jobs failed")).toEqual(
      figures.jobs.failures.map(({ failCode, kind, count }) => [
        failCode,
        kind === "ENCRYPT" ? "Encrypt" : "Transcode",
        String(count),
      ]),
    );
    expect(await overview.rows("Launches by state")).toEqual([
      ["Ended", "150"],
      ["Refused: capacity", "50"],
    ]);
    expect((await overview.rows("Storage of the largest posts")).length).toBe(20);
    await page.getByText("store 20 GB of ciphertext").waitFor();
    await page.getByRole("link", { name: `${figures.queue.counts.FAILED} dead letters` }).waitFor();
  });
});

describe("every page", () => {
  it("breaks no rule of WCAG 2.2 AA in light and dark, asks this origin alone, and fits 320 pixels", async () => {
    const { videoPostId } = bodyOf(await stack.client.getJob({ params: { jobId: deadLetter } }));
    const [endpoint] = bodyOf(await stack.client.listWebhooks()).items;
    const webhook = `/webhooks/${endpoint!.webhookId}`;
    const [delivery] = bodyOf(await stack.client.listWebhookDeliveries({ params: endpoint! })).items;
    const pages = {
      ...{ overview: "/overview", week: "/overview?hours=168", jobs: "/jobs", "dead-letters": "/jobs?state=FAILED" },
      ...{ job: `/jobs/${deadLetter}`, "jobs-of-a-post": `/jobs?post=${videoPostId}`, launches: "/launches" },
      ...{ webhooks: "/webhooks", webhook, delivery: `${webhook}/deliveries/${delivery!.deliveryId}` },
      ...{ "api-keys": "/api-keys", audit: "/audit", diagnostics: "/diagnostics" },
    };
    const shown = await open();
    for (const [name, path] of Object.entries(pages)) {
      await shown.goTo(path);
      expect(await shown.faults(name), name).toEqual([]);
      if (IN_DOCS.includes(name)) await shown.picture(`console-${name}`);
    }
    expect(shown.requestedElsewhere).toEqual([]);
    expect(shown.complaints).toEqual([]);
  });

  it("keeps few rows of a long list in the document", async () => {
    const { page } = await open();
    const list = tab!;
    for (const path of ["/jobs", "/posts"]) {
      await list.goTo(path);
      await list.scrollUntilLoaded(300);
      expect(await page.locator("tbody tr").count()).toBeLessThan(60);
    }
  });

  it("offers what the scopes allow, and nothing else", async () => {
    const body = { name: "reader", scopes: ["posts:read"] } as const;
    const { key } = bodyOf(await stack.client.createApiKey({ body }));
    const { page } = await open(key);
    const links = await page.getByRole("navigation").getByRole("link").allTextContents();
    expect(links).toEqual(["Posts", "Overview", "Jobs", "Launches"]);
    await tab!.goTo("/jobs?state=FAILED");
    await page
      .getByRole("link", { name: /^Transcode, part 0/ })
      .first()
      .click();
    await page.getByText("Why it failed").waitFor();
    expect(await page.getByRole("button", { name: /Retry|Cancel/ }).count()).toBe(0);
    await tab!.goTo("/audit");
    await page.getByText("requires the scope").waitFor();
  });
});

it("keeps the key of the tab where it cannot be checked for a moment", async () => {
  const { page } = await open();
  const caller = "**/api/v2/caller";
  await page.route(caller, (route) => route.abort());
  await page.reload();
  await page.getByRole("alert").waitFor();
  await page.unroute(caller);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator(".shell-main h1").waitFor();
});
