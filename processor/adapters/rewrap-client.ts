import {
  type KeysAtRestView,
  keysAtRestSchema,
  type RewrapView,
  rewrapViewSchema,
} from "../../shared/application/protocols/rewrap-protocol.ts";
import type { OperatorConfig } from "../config/config.ts";
import { askAsOperator } from "./operator-client.ts";

/** Every call may throw OperatorRefusal or OperatorUnreachable. */
export type RewrapClient = {
  count(): Promise<KeysAtRestView>;
  /** Page after page, until none is left. */
  rewrap(): AsyncGenerator<RewrapView>;
};

/** Well under a second of the Worker's. */
const KEYS_A_PAGE = 500;

export function createRewrapClient({ serviceUrl, adminApiKey }: OperatorConfig): RewrapClient {
  const url = `${serviceUrl}/admin/video/enc/rewrap`;
  return {
    count: async () => keysAtRestSchema.parse(await askAsOperator("GET", url, adminApiKey)),
    async *rewrap() {
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const request = { limit: KEYS_A_PAGE, ...(cursor === undefined ? {} : { cursor }) };
        const page = rewrapViewSchema.parse(await askAsOperator("POST", url, adminApiKey, request));
        yield page;
        cursor = page.nextCursor;
      }
    },
  };
}
