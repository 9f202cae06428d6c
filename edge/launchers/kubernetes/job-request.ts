import type { Kubernetes } from "../../settings/launchers/kubernetes-settings.ts";
import type { LaunchOrder } from "../launcher.ts";

export const APP_LABELS = { "app.kubernetes.io/name": "ladderlock", "app.kubernetes.io/component": "job" } as const;
export const JOB_ID_LABEL = "ladderlock/job-id";

const LONGEST_SECONDS = 21_600;
/** A finished Job is kept for this long, so that its end can be described. */
const KEPT_SECONDS = 3600;
/** More than STOP_SECONDS (20). */
const GRACE_SECONDS = 60;
/** The user of the image. */
const USER_ID = 10_001;
const WORK_DIRECTORY = "/var/lib/ladderlock";
/** For /tmp and the log beside the work directory. */
const OTHER_FILES_GIB = 1;

/** Names in Kubernetes are of lower-case letters, digits and dashes. */
export function jobName(launchId: string): string {
  return `ladderlock-${launchId.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}`;
}

/** A Job with one pod, which is never started again. Retries belong to the database. */
export function jobRequest(
  order: LaunchOrder,
  { image, namespace, secret }: Pick<Kubernetes, "image" | "namespace" | "secret">,
) {
  const labels = { ...APP_LABELS, [JOB_ID_LABEL]: order.jobId };
  return {
    ...{ apiVersion: "batch/v1", kind: "Job" },
    metadata: { name: jobName(order.launchId), namespace, labels },
    spec: {
      ...{ backoffLimit: 0, completions: 1, parallelism: 1, podReplacementPolicy: "Failed" },
      ...{ activeDeadlineSeconds: LONGEST_SECONDS, ttlSecondsAfterFinished: KEPT_SECONDS },
      template: { metadata: { labels }, spec: podSpec(order, image, secret) },
    },
  };
}

function podSpec(
  { jobId, region, resources: { vcpus, memoryMib, diskGib, leastDiskGib } }: LaunchOrder,
  image: string,
  secret: string,
) {
  // A pod whose disk may be smaller than its limit finds a node that has less.
  const room = (gib: number) => ({
    memory: `${Math.ceil(memoryMib)}Mi`,
    "ephemeral-storage": `${Math.ceil(gib) + OTHER_FILES_GIB}Gi`,
  });
  return {
    restartPolicy: "Never",
    ...{ automountServiceAccountToken: false, enableServiceLinks: false },
    terminationGracePeriodSeconds: GRACE_SECONDS,
    ...(region === null ? {} : { nodeSelector: { "topology.kubernetes.io/region": region } }),
    securityContext: {
      ...{ runAsNonRoot: true, runAsUser: USER_ID, runAsGroup: USER_ID, fsGroup: USER_ID },
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        ...{ name: "processor", image, args: ["run"] },
        env: [{ name: "VIDEO_JOB_ID", value: jobId }],
        envFrom: [{ secretRef: { name: secret } }],
        // No limit of the CPU: it would slow ffmpeg down on an idle node.
        resources: { requests: { cpu: `${Math.ceil(vcpus * 1000)}m`, ...room(leastDiskGib) }, limits: room(diskGib) },
        securityContext: {
          ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
          capabilities: { drop: ["ALL"] },
        },
        volumeMounts: [
          { name: "work", mountPath: WORK_DIRECTORY },
          { name: "tmp", mountPath: "/tmp" },
        ],
      },
    ],
    volumes: [
      { name: "work", emptyDir: { sizeLimit: `${Math.ceil(diskGib)}Gi` } },
      { name: "tmp", emptyDir: { sizeLimit: `${OTHER_FILES_GIB}Gi` } },
    ],
  };
}

/** Kubernetes keeps the pods of a deleted Job running unless it is asked not to. */
export const DELETE_REQUEST = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: "Background" } as const;
