import { afterEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { awsBatch } from "../../edge/launchers/aws-batch/aws-batch.ts";
import { cloudRun } from "../../edge/launchers/cloud-run/cloud-run.ts";
import { flyMachines } from "../../edge/launchers/fly-machines/fly-machines.ts";
import { kubernetes } from "../../edge/launchers/kubernetes/kubernetes.ts";
import type { LaunchOrder } from "../../edge/launchers/launcher.ts";
import { AWS_BATCH_SETTINGS, awsBatchSettings } from "../../edge/settings/launchers/aws-batch-settings.ts";
import { LAUNCH_RESOURCE_SETTINGS } from "../../edge/settings/launchers/launch-resource-settings.ts";
import { resourcesFor, STANDARD_RESOURCE_ROWS } from "../../shared/domain/job/launch-resources.ts";
import { startFakeBatch } from "./aws-batch/fake-batch.ts";
import { CLOUD_RUN_JOB, GOOGLE_PROJECT, startFakeGoogle } from "./cloud-run/fake-google.ts";
import { heldContainers } from "./containers.ts";
import { FLY_APP, FLY_TOKEN, startFakeFly } from "./fly-machines/fake-fly.ts";
import { CLUSTER_TOKEN, NAMESPACE, startFakeCluster } from "./kubernetes/fake-cluster.ts";

/*
 * What a source by URL gets, with the default settings and the manifests of infra/. On Cloudflare Containers, a film does:
 * test/e2e/launchers/cloudflare-containers.test.ts.
 */

const { signal } = new AbortController();
const tools = { fetch, now: Date.now };

const settings = z.object(LAUNCH_RESOURCE_SETTINGS).parse({});
const order: LaunchOrder = {
  ...{ jobId: crypto.randomUUID(), launchId: crypto.randomUUID(), kind: "TRANSCODE" },
  ...{ region: null, sourceHost: "films.example.net" },
  resources: resourcesFor(
    { kind: "TRANSCODE", bytes: null, seconds: null, pixels: null, codec: null },
    {
      rows: STANDARD_RESOURCE_ROWS,
      leastDiskGib: settings.LAUNCH_MIN_DISK_GIB,
      mostDiskGib: settings.LAUNCH_MAX_DISK_GIB,
    },
  ),
};

const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

describe("a source of unknown size", () => {
  // 20 GiB are the least that Fargate has.
  it.each([100, 20])("is launched on AWS Batch with %i GiB of disk", async (diskGib) => {
    const { start, held } = heldContainers();
    const key = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMIK7MDENG", sessionToken: null };
    const platform = { platform: "fargate", regions: ["eu-central-1"], queues: ["q"], definitions: ["d"] } as const;
    const batch = await startFakeBatch({ key, start, ...platform });
    ended.push(() => batch.stop());
    const given = awsBatchSettings(
      z.object(AWS_BATCH_SETTINGS).parse({
        ...{ VIDEO_BATCH_JOB_QUEUE: "q", VIDEO_BATCH_JOB_DEFINITION: "d", AWS_REGION: "eu-central-1" },
        ...{ AWS_ACCESS_KEY_ID: key.accessKeyId, AWS_SECRET_ACCESS_KEY: key.secretAccessKey },
        ...{ AWS_ENDPOINT_URL_BATCH: batch.endpoint, VIDEO_BATCH_DISK_GIB: String(diskGib) },
      }),
    );
    expect(await awsBatch(given, tools).launch(order, signal)).toMatchObject({ kind: "launched" });
    expect(held).toMatchObject([{ env: { VIDEO_JOB_ID: order.jobId } }]);
  });

  it("is launched on Cloud Run with the manifest, whose files lie in memory", async () => {
    const { start, held } = heldContainers();
    const google = await startFakeGoogle(start);
    ended.push(async () => google[Symbol.asyncDispose]());
    const given = { project: GOOGLE_PROJECT, region: "europe-west4", job: CLOUD_RUN_JOB, key: google.key };
    const launcher = cloudRun({ ...given, apiUrl: google.origin }, tools);
    expect(await launcher.launch(order, signal)).toMatchObject({ kind: "launched" });
    expect(held).toMatchObject([{ env: { VIDEO_JOB_ID: order.jobId } }]);
  });

  it("is launched on Fly Machines with the most disk of the settings", async () => {
    const fly = await startFakeFly(heldContainers().start);
    ended.push(async () => fly[Symbol.asyncDispose]());
    const given = { app: FLY_APP, image: "registry.fly.io/ladderlock-jobs:1", token: FLY_TOKEN, apiUrl: fly.origin };
    expect(await flyMachines(given, tools).launch(order, signal)).toMatchObject({ kind: "launched" });
    expect(fly.machines[0]!.request.config.rootfs).toEqual({ size_gb: 102 });
  });

  it("is launched on Kubernetes on any node with the least disk of the settings, and may use the most", async () => {
    const cluster = await startFakeCluster(heldContainers().start);
    ended.push(async () => cluster[Symbol.asyncDispose]());
    const given = { token: CLUSTER_TOKEN, image: "processor:1", namespace: NAMESPACE, secret: "ladderlock-processor" };
    const launcher = kubernetes({ ...given, apiUrl: cluster.origin }, tools);
    expect(await launcher.launch(order, signal)).toMatchObject({ kind: "launched" });
    expect(cluster.jobs[0]!.spec.template.spec.containers[0].resources).toMatchObject({
      requests: { "ephemeral-storage": "5Gi" },
      limits: { "ephemeral-storage": "101Gi" },
    });
  });
});
