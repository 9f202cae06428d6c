import * as z from "zod";

/*
 * What Kubernetes takes of a Job, and what a container for one job has to ask for: facts of batch/v1 and of the pod
 * security standard "restricted".
 */

const quantity = z.string().regex(/^\d+(?:m|Mi|Gi)?$/);
const name = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
const labels = z.strictObject({
  "app.kubernetes.io/name": z.literal("ladderlock"),
  "app.kubernetes.io/component": z.literal("job"),
  "ladderlock/job-id": z.uuid(),
});

const room = { memory: quantity, "ephemeral-storage": quantity };

const container = z.strictObject({
  name,
  image: z.string().min(1),
  args: z.tuple([z.literal("run")]),
  env: z.tuple([z.strictObject({ name: z.literal("VIDEO_JOB_ID"), value: z.uuid() })]),
  envFrom: z.tuple([z.strictObject({ secretRef: z.strictObject({ name }) })]),
  resources: z.strictObject({ requests: z.strictObject({ cpu: quantity, ...room }), limits: z.strictObject(room) }),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal("ALL")]) }),
  }),
  volumeMounts: z.array(z.strictObject({ name, mountPath: z.string().startsWith("/") })),
});

const podSpec = z.strictObject({
  restartPolicy: z.literal("Never", { error: "starts a container that fails again" }),
  automountServiceAccountToken: z.literal(false),
  enableServiceLinks: z.literal(false),
  terminationGracePeriodSeconds: z.int().min(30),
  nodeSelector: z.strictObject({ "topology.kubernetes.io/region": name }).optional(),
  securityContext: z.strictObject({
    runAsNonRoot: z.literal(true),
    runAsUser: z.literal(10_001),
    runAsGroup: z.int().positive(),
    fsGroup: z.int().positive(),
    seccompProfile: z.strictObject({ type: z.literal("RuntimeDefault") }),
  }),
  containers: z.tuple([container]),
  volumes: z.array(z.strictObject({ name, emptyDir: z.strictObject({ sizeLimit: quantity }) })),
});

const job = z.strictObject({
  apiVersion: z.literal("batch/v1"),
  kind: z.literal("Job"),
  metadata: z.strictObject({ name, namespace: name, labels }),
  spec: z.strictObject({
    backoffLimit: z.literal(0, { error: "is 6 where none is given, and must be 0" }),
    completions: z.literal(1),
    parallelism: z.literal(1),
    podReplacementPolicy: z.literal("Failed"),
    activeDeadlineSeconds: z.int({ error: "is a whole number of seconds" }).min(3600),
    ttlSecondsAfterFinished: z.int().min(600),
    template: z.strictObject({ metadata: z.strictObject({ labels }), spec: podSpec }),
  }),
});

export type JobManifest = z.infer<typeof job>;

/** What is wrong with a Job, or the Job. */
export function readJob(body: unknown): JobManifest | string {
  const parsed = job.safeParse(body);
  if (parsed.success) return parsed.data;
  return parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`).join("; ");
}
