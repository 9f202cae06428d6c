import {
  type ImportedPost,
  type ImportRequest,
  importedPostSchema,
  importRequestSchema,
} from "../../shared/application/protocols/import-protocol.ts";
import type { OperatorConfig } from "../config/config.ts";
import { askAsOperator, OperatorRefusal } from "./operator-client.ts";

/** Every call may throw OperatorRefusal or OperatorUnreachable. */
export type ImportClient = {
  /** The post that the import has made before; null when it has made none. */
  find(importId: string): Promise<ImportedPost | null>;
  /** Asked again it gives the same post. */
  create(request: ImportRequest): Promise<ImportedPost>;
};

export function createImportClient({ serviceUrl, adminApiKey }: OperatorConfig): ImportClient {
  const base = `${serviceUrl}/admin/video/imports`;
  return {
    find: async (importId) => {
      try {
        const url = `${base}/${encodeURIComponent(importId)}`;
        return importedPostSchema.parse(await askAsOperator("GET", url, adminApiKey));
      } catch (error) {
        if (error instanceof OperatorRefusal && error.status === 404) return null;
        throw error;
      }
    },
    create: async (request) => {
      importRequestSchema.parse(request);
      return importedPostSchema.parse(await askAsOperator("POST", base, adminApiKey, request));
    },
  };
}
