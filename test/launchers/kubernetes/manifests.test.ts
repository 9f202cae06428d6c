import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { jobRequest } from "../../../edge/launchers/kubernetes/job-request.ts";
import { kubernetes } from "../../../edge/launchers/kubernetes/kubernetes.ts";
import type { LaunchOrder } from "../../../edge/launchers/launcher.ts";
import { KUBERNETES_SETTINGS } from "../../../edge/settings/launchers/kubernetes-settings.ts";
import { readConfig, SETTINGS } from "../../../processor/config/config.ts";
import { heldContainers } from "../containers.ts";
import { contractCheck } from "../contract-files.ts";
import { CLUSTER_TOKEN, startFakeCluster } from "./fake-cluster.ts";
import { readYaml, type Yaml } from "./read-yaml.ts";

// biome-ignore lint/suspicious/noExplicitAny: manifests of many kinds.
type Manifest = any;

const read = (file: string): Manifest[] =>
  readYaml(readFileSync(join(import.meta.dirname, "../../../infra/kubernetes", file), "utf8"));

const FOR_LAUNCHER = read("launcher.yaml");
const [SECRET] = read("secret.yaml");
const [SERVE] = read("serve.yaml");
const NAMESPACE = KUBERNETES_SETTINGS.KUBERNETES_NAMESPACE.parse(undefined);
const SECRET_NAME = KUBERNETES_SETTINGS.KUBERNETES_SECRET.parse(undefined);

const order: LaunchOrder = {
  ...{ jobId: crypto.randomUUID(), launchId: crypto.randomUUID(), kind: "TRANSCODE" },
  ...{ resources: { vcpus: 2, memoryMib: 4096, diskGib: 50, leastDiskGib: 50 }, region: null, sourceHost: null },
};

describe("the manifests of Kubernetes", () => {
  it("lie in one namespace, which enforces the restricted standard", () => {
    const [namespace, ...others] = FOR_LAUNCHER;
    expect(namespace.metadata).toEqual({
      ...{ name: NAMESPACE, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    });
    for (const { metadata } of [...others, SECRET, SERVE]) expect(metadata.namespace).toBe(NAMESPACE);
  });

  it("give the launcher the rights that it uses, and no others", async () => {
    const [, account, token, role, binding] = FOR_LAUNCHER;
    expect(token.metadata.annotations["kubernetes.io/service-account.name"]).toBe(account.metadata.name);
    expect(binding).toMatchObject({
      roleRef: { name: role.metadata.name },
      subjects: [{ name: account.metadata.name }],
    });
    const cluster = await startFakeCluster(heldContainers().start);
    const settings = {
      apiUrl: cluster.origin,
      token: CLUSTER_TOKEN,
      image: "i",
      namespace: NAMESPACE,
      secret: SECRET_NAME,
    };
    const launcher = kubernetes(settings, { fetch, now: Date.now });
    const { signal } = new AbortController();
    await launcher.launch(order, signal);
    await launcher.describe(["ladderlock-x"], signal);
    await launcher.stop("ladderlock-x", "cancelled", signal);
    await cluster[Symbol.asyncDispose]();
    const verbs: Readonly<Record<string, string>> = { POST: "create", GET: "list", DELETE: "delete" };
    const used = cluster.requests.map(({ method, path }) => `${/\/(jobs|pods)/.exec(path)?.[1]} ${verbs[method]}`);
    const given = role.rules.flatMap((rule: Manifest) => rule.verbs.map((verb: string) => `${rule.resources} ${verb}`));
    expect(used.toSorted()).toEqual(given.toSorted());
  });

  it("name every setting that a processor cannot do without", () => {
    expect(SECRET.metadata.name).toBe(SECRET_NAME);
    expect(Object.keys(SECRET.stringData).filter((name) => !Object.hasOwn(SETTINGS, name))).toEqual([]);
    expect(readConfig(SECRET.stringData).kind).not.toBe("invalid");
  });

  it("start the processor that polls with the rights and the folders of a Job", () => {
    const { spec: pod } = SERVE.spec.template;
    const { spec: ofJob } = jobRequest(order, { image: "IMAGE", namespace: NAMESPACE, secret: SECRET_NAME }).spec
      .template;
    const same = ({ securityContext, automountServiceAccountToken, enableServiceLinks, volumes }: Manifest) => ({
      ...{ securityContext, automountServiceAccountToken, enableServiceLinks, volumes },
    });
    expect(same(pod)).toEqual(same(ofJob));
    const sameOfContainer = ({ image, envFrom, securityContext, volumeMounts }: Manifest) => ({
      ...{ image, envFrom, securityContext, volumeMounts },
    });
    expect(sameOfContainer(pod.containers[0])).toEqual(sameOfContainer(ofJob.containers[0]));
    expect(pod.containers[0].resources.limits).toEqual(ofJob.containers[0]?.resources.limits);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(Number(SETTINGS.STOP_SECONDS.preset));
    expect(SERVE.spec.selector.matchLabels).toEqual(SERVE.spec.template.metadata.labels);
    // Else the launcher lists the pod of this one as well.
    expect(SERVE.spec.template.metadata.labels["app.kubernetes.io/component"]).not.toBe("job");
  });

  it("hold against the contract file, where it is there", async () => {
    const check = await contractCheck("kubernetes-job.schema.json", "io.k8s.api.core.v1.PodTemplateSpec");
    const template = SERVE.spec.template as { spec: object };
    expect(check?.(template) ?? []).toEqual([]);
    if (check !== null) expect(check({ ...template, spec: { ...template.spec, retries: 0 } })).not.toEqual([]);
  });
});

describe("the reader of manifests", () => {
  it("reads blocks, lists and texts", () => {
    const text = 'a:\n  - name: x\n    verbs: [get, "2"]\n  - 3\nb: true # not a comment that it knows\n';
    expect(() => readYaml(text)).toThrow("not understood");
    const expected: Yaml = { a: [{ name: "x", verbs: ["get", "2"] }, 3], b: true };
    expect(readYaml(text.replace(/ #.*/, ""))).toEqual([expected]);
  });

  it.each(["a: &x 1", "a: 'x'", "a: null", "a:", "a: 1\na: 2", "a: [1", "a: |\n  x", "a: 1\n  b: 2", "a: x: y"])(
    "refuses what it does not know: %j",
    (text) => {
      expect(() => readYaml(text)).toThrow();
    },
  );
});
