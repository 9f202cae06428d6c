import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { bodyOf } from "../../client/index.ts";
import { type Stack, startStack } from "../e2e/stack.ts";
import { type AccessProxy, AUDIENCE, createAccessTeam, TEAM } from "./access-proxy.ts";
import { launchChromium } from "./chromium.ts";

/* The console behind Cloudflare Access, which says who is in front of the browser. */

let stack: Stack;
let browser: Browser;
let access: AccessProxy;

beforeAll(async () => {
  const team = await createAccessTeam();
  const settings = { ACCESS_TEAM_DOMAIN: TEAM, ACCESS_AUD: AUDIENCE, ACCESS_SCOPES: "posts:read posts:write" };
  [stack, browser] = await Promise.all([
    startStack({ processor: false, settings, outbound: team.outbound }),
    launchChromium(),
  ]);
  access = await team.proxy(stack.origin);
});

afterAll(async () => {
  await browser?.close();
  await access?.stop();
  await stack?.stop();
});

beforeEach(() => access.signIn("Ada@example.com"));

const WAIT_MS = 60_000;

async function openConsole() {
  const page = await browser.newPage();
  page.setDefaultTimeout(WAIT_MS);
  const strays: string[] = [];
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== access.origin) strays.push(request.url());
  });
  await page.goto(`${access.origin}/console`);
  return { page, strays };
}

it("asks for no key, offers what ACCESS_SCOPES allows, and acts in the person's name", async () => {
  const { page, strays } = await openConsole();
  await page.getByText("Signed in as").waitFor();
  await page.getByText("ada@example.com", { exact: true }).waitFor();
  expect(await page.getByRole("button", { name: "Sign out" }).count()).toBe(0);
  const links = await page.getByRole("navigation").getByRole("link").allTextContents();
  expect(links).toEqual(["Posts", "New post", "Overview", "Jobs", "Launches"]);

  const uploadFileList = [{ sourceUrl: "https://files.example.com/film.mp4", fileName: "film.mp4" }];
  const post = { title: "A film", resourceType: "VIDEO", autoPublish: false, uploadFileList } as const;
  bodyOf(await stack.client.createVideoPost({ body: post }));
  await page.getByRole("link", { name: "Jobs" }).click();
  await page.getByRole("link", { name: /^Transcode, part 0/ }).click();
  // The list offers the same button until the job's page is there.
  await page.getByRole("heading", { level: 1, name: "Transcode job" }).waitFor();
  await page.getByRole("button", { name: /^Cancel the transcode job/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel the job" }).click();
  await page.getByText("Cancelled", { exact: true }).first().waitFor();
  const [event] = bodyOf(await stack.client.listAuditEvents({ query: { action: "job.cancel" } })).events;
  expect(event!.actor).toBe("access:ada@example.com");
  expect(strays).toEqual([]);
  await page.close();
});

it("says that the session has ended where Access answers, and works again after the next sign-in", async () => {
  const { page } = await openConsole();
  await page.getByText("ada@example.com", { exact: true }).waitFor();
  // Its code is loaded, so that what is asked for another list is the API alone.
  await page.getByRole("link", { name: "Jobs" }).click();
  await page.getByRole("heading", { level: 1, name: "Jobs" }).waitFor();
  await page.waitForFunction(() => document.querySelector(".state[role=status]") === null);
  access.signOut();
  await page.evaluate(() => {
    history.pushState({}, "", "/console/jobs?state=FAILED");
    dispatchEvent(new PopStateEvent("popstate"));
  });
  await page.getByText("Your session has ended").waitFor();
  // What followed the redirect would take the address of this page to another origin.
  expect(access.visits).toEqual([]);
  access.signIn("ada@example.com");
  await page.reload();
  await page.getByText("Signed in as").waitFor();
  await page.close();
});
