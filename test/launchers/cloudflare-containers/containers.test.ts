import { type Miniflare, Response } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cloudflareContainers } from "../../../edge/launchers/cloudflare-containers/cloudflare-containers.ts";
import type { LaunchedRun, Launcher, LaunchOrder } from "../../../edge/launchers/launcher.ts";
import { startContainersWorker } from "./containers-worker.ts";
import { type FakePlatform, fakePlatform, type StartOptions } from "./fake-platform.ts";

/* The adapter, the Worker of the containers in workerd, and containers without a program, which end as the test says. */

type Held = { readonly signals: NodeJS.Signals[]; readonly end: (code: number | null) => void; obeys: boolean };

type System = { readonly miniflare: Miniflare; readonly launcher: Launcher; readonly platform: FakePlatform };

const SIGNAL = AbortSignal.timeout(600_000);
const held = new Map<string, Held>();
const asked: string[] = [];
let answerOfLadderlock = 200;
let system: System;
/** Where a second of silence ends a container. */
let impatient: System;

beforeAll(async () => {
  system = await start({ EGRESS_ALLOW_HOSTS: "*.cdn.example.com" });
  impatient = await start({ SILENCE_SECONDS: "1", STOP_GRACE_SECONDS: "1" });
});

afterAll(() => Promise.all([system, impatient].map((one) => one?.miniflare.dispose())));

async function start(settings: Record<string, string>): Promise<System> {
  const platform = fakePlatform(hold);
  const miniflare = await startContainersWorker({
    ...{ platform, settings },
    ladderlock: () => new Response("from ladderlock", { status: answerOfLadderlock }),
    internet: ({ method, url }) => {
      asked.push(`${method} ${url}`);
      if (url.endsWith("/moved")) return Response.redirect("https://elsewhere.example.org/film", 302);
      return new Response("from the internet");
    },
  });
  const containers = { fetch: (url: string, init: RequestInit) => miniflare.dispatchFetch(url, init as never) };
  return { platform, miniflare, launcher: cloudflareContainers({}, { containers: containers as never }) };
}

async function hold({ labels }: StartOptions) {
  const { promise: exit, resolve: end } = Promise.withResolvers<number | null>();
  const one: Held = { signals: [], end, obeys: true };
  held.set(labels.job!, one);
  const signal = (name: NodeJS.Signals) => {
    one.signals.push(name);
    if (name === "SIGKILL") end(null);
    else if (one.obeys) end(75);
  };
  return { exit, signal };
}

const newOrder = (): LaunchOrder => ({
  ...{ jobId: crypto.randomUUID(), launchId: "l1", kind: "TRANSCODE", region: null, sourceHost: "Films.example.net" },
  resources: { vcpus: 2, memoryMib: 4096, diskGib: 10, leastDiskGib: 10 },
});

const idOf = ({ jobId, launchId }: LaunchOrder) => `standard-3/${jobId}/${launchId}`;

async function launched(by = system): Promise<LaunchOrder> {
  const order = newOrder();
  expect(await by.launcher.launch(order, SIGNAL)).toEqual({ kind: "launched", platformId: idOf(order) });
  return order;
}

async function described(order: LaunchOrder, by = system): Promise<LaunchedRun | undefined> {
  return (await by.launcher.describe([idOf(order)], SIGNAL))[0];
}

const startsOf = ({ jobId }: LaunchOrder) => system.platform.started.filter(({ labels }) => labels.job === jobId);

/** A request to the object itself; with a URL, one of the container's to another host. */
function ofObject(order: LaunchOrder, method: string, url?: string): Promise<Response> {
  const headers = {
    "x-fake-object": startsOf(order)[0]!.objectId,
    ...(url === undefined ? {} : { "x-fake-url": url }),
  };
  return system.miniflare.dispatchFetch("http://fake/fake/object", { method, headers, redirect: "manual" });
}

const leave = (order: LaunchOrder, url: string, method = "GET") => ofObject(order, method, url);

describe("a launch on Cloudflare Containers", () => {
  it("starts one container for the job, with its job, the settings and one way out", async () => {
    const order = newOrder();
    const launches = await Promise.all([1, 2].map(() => system.launcher.launch(order, SIGNAL)));
    expect(launches).toEqual([1, 2].map(() => ({ kind: "launched", platformId: idOf(order) })));
    expect(await system.launcher.launch({ ...order, launchId: "l2" }, SIGNAL)).toEqual(launches[0]);
    const [options, ...more] = startsOf(order);
    expect(more).toEqual([]);
    expect(options).toMatchObject({
      entrypoint: ["node", "--max-semi-space-size=2", "--single-threaded-gc", "cli/main.ts", "run"],
      ...{ enableInternet: false, labels: { job: order.jobId, launch: "l1" } },
    });
    expect(Object.keys(options!.env).sort()).toEqual([
      ...["LADDERLOCK_URL", "NODE_EXTRA_CA_CERTS", "PLAYBACK_BUCKET", "PROCESSOR_TOKEN", "S3_ACCESS_KEY_ID"],
      ...["S3_ENDPOINT", "S3_SECRET_ACCESS_KEY", "SOURCE_BUCKET", "VIDEO_JOB_ID"],
    ]);
    expect(options!.env.VIDEO_JOB_ID).toBe(order.jobId);
    const { jobId } = order;
    const running = { platformId: idOf(order), jobId, state: "running", reason: null, exitCode: null };
    expect(await described(order)).toEqual(running);
  });

  it.each([0, 65, 75, 78])("is reported with exit code %i, and can be repeated then", async (code) => {
    const order = await launched();
    held.get(order.jobId)!.end(code);
    await expect.poll(() => described(order)).toMatchObject({ state: "ended", exitCode: code, reason: null });
    const again = { ...order, launchId: "l2" };
    expect(await system.launcher.launch(again, SIGNAL)).toEqual({ kind: "launched", platformId: idOf(again) });
    expect(await described(order)).toBeUndefined();
  });

  it.each([
    ["capacity", "there is no container instance that can be provided to this durable object"],
    ["throttled", "you are requesting too many containers per second"],
  ])("is refused for %s with the words of the platform, and nothing is left of it", async (cause, text) => {
    const order = newOrder();
    system.platform.refuse(text);
    const refused = { kind: "refused", cause, reason: text, retryAfterSeconds: null };
    expect(await system.launcher.launch(order, SIGNAL)).toEqual(refused);
    expect(await described(order)).toBeUndefined();
    expect(await system.launcher.launch(order, SIGNAL)).toMatchObject({ kind: "launched" });
  });

  it("is refused where no container is large enough", async () => {
    const order = { ...newOrder(), resources: { vcpus: 1, memoryMib: 2048, diskGib: 18, leastDiskGib: 18 } };
    const refused = { kind: "refused", cause: "misconfigured", reason: expect.stringContaining("18 GiB of disk") };
    expect(await system.launcher.launch(order, SIGNAL)).toMatchObject(refused);
    expect(startsOf(order)).toEqual([]);
  });
});

describe("the egress of a container", () => {
  it("leads to R2, to the source's host and to the Worker, in HTTP and HTTPS, and nowhere else", async () => {
    const order = await launched();
    const answered = [
      ["https://00000000000000000000000000000000.r2.cloudflarestorage.com/ladderlock-source/x", "the internet"],
      ["https://films.example.net/film.mp4?signature=1", "the internet"],
      ["http://films.example.net/film.mp4", "the internet"],
      ["https://eu.cdn.example.com/film.mp4", "the internet"],
      ["https://ladderlock.example.com/internal/jobs/scan", "ladderlock"],
    ] as const;
    for (const [url, from] of answered) expect(await (await leave(order, url)).text()).toBe(`from ${from}`);
    const before = asked.length;
    const refused = [
      ...["https://example.com/", "http://169.254.169.254/latest", "https://cdn.example.com/", "http://[::1]/"],
      ...["https://films.example.net.example.org/", "https://notfilms.example.net/", "http://127.0.0.1:80/"],
    ];
    for (const url of refused) expect([url, (await leave(order, url)).status]).toEqual([url, 403]);
    expect(asked).toHaveLength(before);
  });

  it("leaves redirects to the container, so that their targets are checked", async () => {
    const order = await launched();
    const response = await leave(order, "https://films.example.net/moved");
    expect([response.status, response.headers.get("location")]).toEqual([302, "https://elsewhere.example.org/film"]);
    expect((await leave(order, "https://elsewhere.example.org/film")).status).toBe(403);
  });

  it("is that of the latest launch where the host of the source has changed", async () => {
    const order = await launched();
    held.get(order.jobId)!.end(75);
    await expect.poll(() => described(order)).toMatchObject({ state: "ended" });
    await system.launcher.launch({ ...order, launchId: "l2", sourceHost: null }, SIGNAL);
    expect((await leave(order, "https://films.example.net/film.mp4")).status).toBe(403);
  });
});

describe("the activity of a container", () => {
  it("ends by SIGTERM after silence, and by SIGKILL where the signal is ignored", async () => {
    const order = await launched(impatient);
    held.get(order.jobId)!.obeys = false;
    await expect.poll(() => described(order, impatient)).toMatchObject({ state: "ended", exitCode: 137 });
    expect(held.get(order.jobId)!.signals).toEqual(["SIGTERM", "SIGKILL"]);
    expect((await described(order, impatient))?.reason).toContain("sent no request for its job for 1 seconds");
  });

  it("is renewed by answered calls of the job API, and not by refused ones or by other hosts", async () => {
    const order = await launched();
    const alarm = async () => (await (await ofObject(order, "GET")).json()) as number;
    const heartbeat = () => leave(order, "https://ladderlock.example.com/internal/jobs/j/heartbeat", "POST");
    const first = await alarm();
    await heartbeat();
    await expect.poll(alarm).toBeGreaterThan(first);
    const renewed = await alarm();
    answerOfLadderlock = 409;
    await heartbeat();
    answerOfLadderlock = 200;
    await leave(order, "https://films.example.net/film.mp4");
    await leave(order, "https://ladderlock.example.com/api/v2/jobs");
    expect(await alarm()).toBe(renewed);
  });

  it("outlives its object: the platform waits far longer than a heartbeat, and the object finds it again", async () => {
    const order = await launched();
    expect(system.platform.inactivityMs.get(startsOf(order)[0]!.objectId)).toBeGreaterThan(15 * 60_000);
    await ofObject(order, "POST");
    expect(await described(order)).toMatchObject({ state: "running" });
    held.get(order.jobId)!.end(65);
    await expect.poll(() => described(order)).toMatchObject({ state: "ended", exitCode: 65 });
  });
});

describe("a stop", () => {
  it("sends SIGTERM and keeps its reason; for another launch, a stranger or an ended one it does nothing", async () => {
    const order = await launched();
    const { stop } = system.launcher;
    await stop(idOf({ ...order, launchId: "l0" }), "another", SIGNAL);
    await stop("arn:aws:batch:job", "a stranger", SIGNAL);
    expect(held.get(order.jobId)!.signals).toEqual([]);
    await stop(idOf(order), "The job was cancelled.", SIGNAL);
    await expect.poll(() => described(order)).toMatchObject({ state: "ended", exitCode: 75 });
    expect((await described(order))?.reason).toBe("The job was cancelled.");
    await stop(idOf(order), "again", SIGNAL);
    expect(held.get(order.jobId)!.signals).toEqual(["SIGTERM"]);
  });
});

it("refuses unknown paths, methods and fields, and a body that is no JSON", async () => {
  const send = (path: string, body: string | undefined, method = "POST") =>
    system.miniflare.dispatchFetch(`http://containers${path}`, { method, ...(body === undefined ? {} : { body }) });
  const { jobId, launchId, resources } = newOrder();
  const order = { jobId, launchId, resources, sourceHost: null };
  expect((await send("/launches", "{}")).status).toBe(404);
  expect((await send("/launch", undefined, "GET")).status).toBe(405);
  expect((await send("/launch", "{")).status).toBe(400);
  expect((await send("/launch", JSON.stringify({ ...order, image: "evil" }))).status).toBe(400);
  const wrong = await send("/launch", JSON.stringify({ ...order, jobId: "../x" }));
  expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining("jobId")]);
  expect((await send("/healthz", undefined, "GET")).status).toBe(200);
});

it("needs the binding, and takes its regions from the configuration of the containers", () => {
  expect(() => cloudflareContainers({}, { containers: undefined })).toThrow("service binding CONTAINERS");
  const containers = {} as never;
  expect(() => cloudflareContainers({ LAUNCH_REGIONS: ["weur"] }, { containers })).toThrow("constraints");
});
