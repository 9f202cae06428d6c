import type { z } from "zod";
import {
  type RotationItemView,
  type RotationPreviewView,
  type RotationProgressView,
  type RotationRequest,
  type RotationView,
  retriedSchema,
  rotationItemsSchema,
  rotationListSchema,
  rotationPreviewSchema,
  rotationProgressSchema,
} from "../../shared/application/protocols/rotation-protocol.ts";
import type { RotationItemState } from "../../shared/domain/rotation-batch.ts";
import type { OperatorConfig } from "../config/config.ts";
import { askAsOperator } from "./operator-client.ts";

export type Steering = "pause" | "resume" | "cancel";

/** Every call may throw OperatorRefusal or OperatorUnreachable. */
export type RotationClient = {
  begin(request: RotationRequest): Promise<RotationProgressView>;
  /** What `begin` would do, a page at a time. */
  preview(request: RotationRequest): AsyncGenerator<RotationPreviewView>;
  /** The newest first, 50 at the most. */
  list(): Promise<RotationView[]>;
  show(batchId: string): Promise<RotationProgressView>;
  items(batchId: string, state: RotationItemState | undefined): AsyncGenerator<readonly RotationItemView[]>;
  steer(batchId: string, steering: Steering): Promise<RotationProgressView>;
  retryFailed(batchId: string): Promise<z.infer<typeof retriedSchema>>;
};

const ITEMS_A_PAGE = 500;

export function createRotationClient({ serviceUrl, adminApiKey }: OperatorConfig): RotationClient {
  const base = `${serviceUrl}/admin/video/enc/rotations`;
  const get = (url: string) => askAsOperator("GET", url, adminApiKey);
  const post = (url: string, content?: unknown) => askAsOperator("POST", url, adminApiKey, content);
  const one = (batchId: string) => `${base}/${encodeURIComponent(batchId)}`;
  return {
    begin: async (request) => rotationProgressSchema.parse(await post(base, request)),
    async *preview(request) {
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const asked = { ...request, dryRun: true, ...(cursor === undefined ? {} : { cursor }) };
        const page = rotationPreviewSchema.parse(await post(base, asked));
        yield page;
        cursor = page.nextCursor;
      }
    },
    list: async () => rotationListSchema.parse(await get(base)).rotations,
    show: async (batchId) => rotationProgressSchema.parse(await get(one(batchId))),
    async *items(batchId, state) {
      const query = new URLSearchParams({ limit: String(ITEMS_A_PAGE), ...(state === undefined ? {} : { state }) });
      for (let cursor: string | null | undefined; cursor !== null; ) {
        if (cursor !== undefined) query.set("cursor", cursor);
        const page = rotationItemsSchema.parse(await get(`${one(batchId)}/items?${query}`));
        yield page.items;
        cursor = page.nextCursor;
      }
    },
    steer: async (batchId, steering) => rotationProgressSchema.parse(await post(`${one(batchId)}/${steering}`)),
    retryFailed: async (batchId) => retriedSchema.parse(await post(`${one(batchId)}/retry-failed`)),
  };
}
