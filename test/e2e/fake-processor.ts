import { randomBytes } from "node:crypto";
import {
  claimOneReplySchema,
  contentKeysSchema,
  type Progress,
  type WorkOrder,
  workOrderSchema,
} from "../../shared/application/protocols/job-protocol.ts";
import { TEST_SECRETS } from "./test-secrets.ts";

const QUALITY = "360p";
const SEGMENTS = 12;
const VARIANT = {
  ...{ quality: QUALITY, width: 640, height: 360, peakBandwidth: 800_000, averageBandwidth: 600_000 },
  ...{ codecs: "avc1.64001e,mp4a.40.2", frameRate: { numerator: 30, denominator: 1 } },
  ...{ segmentCount: SEGMENTS, bytes: 1000 },
} as const;
const RETRY_MS = 200;

/** The job protocol without any work: claims a job, reports, and records a result or a failure. */
export class FakeProcessor {
  private readonly origin: string;
  private readonly order: WorkOrder;

  private constructor(origin: string, order: WorkOrder) {
    this.origin = origin;
    this.order = order;
  }

  static async claim(origin: string, encoderJobId: string): Promise<FakeProcessor> {
    const jobId = encoderJobId.slice("job-".length);
    const reply = claimOneReplySchema.parse(await post(origin, `/internal/jobs/${jobId}/claim`, PROCESSOR, lease()));
    if (reply.outcome !== "claimed") throw new Error(JSON.stringify(reply));
    return new FakeProcessor(origin, reply.order);
  }

  encoding(percent: number): Promise<unknown> {
    const done = Math.floor((percent * SEGMENTS) / 100);
    return this.call("progress", { stage: "ENCODING", percent, segments: { [QUALITY]: done } } satisfies Progress);
  }

  fail(): Promise<unknown> {
    return this.call("fail", { code: "internal", reason: "It broke.", permanent: true });
  }

  /** The result of the transcode job, then the encrypt job that follows it. */
  async complete(): Promise<void> {
    const probe = { container: "mp4", headerDuration: 72, video: null, audio: null };
    await this.call("transcode-result", { durationSeconds: 72, probe, warnings: [], variants: [VARIANT] });
    const claimed = await post(this.origin, "/internal/jobs/claim", PROCESSOR, { ...lease(), kinds: ["ENCRYPT"] });
    const encrypt = new FakeProcessor(this.origin, workOrderSchema.parse(claimed));
    const { keyVersion } = contentKeysSchema.parse(await encrypt.call("keys", {}));
    await encrypt.call("encrypt-result", { keyVersion, variants: [VARIANT] });
  }

  private call(step: string, body: unknown): Promise<unknown> {
    return post(this.origin, `/internal/jobs/${this.order.jobId}/${step}`, this.order.credential, body);
  }
}

const PROCESSOR = TEST_SECRETS.PROCESSOR_TOKEN;

function lease() {
  return { leaseToken: randomBytes(16).toString("base64url"), owner: "fake" };
}

/** Sent again while the Worker is away. */
async function post(origin: string, path: string, token: string, body: unknown): Promise<unknown> {
  for (;;) {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const sent = fetch(`${origin}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    const response = await sent.catch(() => null);
    if (response !== null && response.status < 500) {
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return response.status === 204 ? null : response.json();
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
