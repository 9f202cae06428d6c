import type { z } from "zod";
import {
  type ConfigOutcome,
  type Environment,
  OPERATOR_SETTINGS,
  type OperatorConfig,
  type ProcessorConfig,
  readEnvironment,
  SETTINGS,
  schemaOf,
} from "./config.ts";

/** What `ladderlock import` needs: the administrators' API, and the bucket of sources. */
export type ImportConfig = OperatorConfig &
  Pick<ProcessorConfig, "objectStore" | "sourceBucket" | "sourceAllowHosts" | "uploadConcurrency" | "stopSeconds">;

const { S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, SOURCE_BUCKET } = SETTINGS;
const { SOURCE_ALLOW_HOSTS, UPLOAD_CONCURRENCY, STOP_SECONDS } = SETTINGS;

const IMPORT_SETTINGS = {
  ...{ S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, SOURCE_BUCKET },
  ...{ SOURCE_ALLOW_HOSTS, UPLOAD_CONCURRENCY, STOP_SECONDS },
};
/** For `ladderlock import --help`, beside the connection to the Worker. */
export const IMPORT_SETTING_NAMES: readonly string[] = Object.keys(IMPORT_SETTINGS);

const importSchema = schemaOf({ ...OPERATOR_SETTINGS, ...IMPORT_SETTINGS });

export function readImportConfig(environment: Environment): ConfigOutcome<ImportConfig> {
  return readEnvironment(environment, importSchema, configOf);
}

function configOf(env: z.output<typeof importSchema>): ImportConfig {
  return {
    serviceUrl: env.LADDERLOCK_URL,
    adminApiKey: env.ADMIN_API_KEY,
    objectStore: {
      endpoint: env.S3_ENDPOINT,
      region: env.S3_REGION,
      accessKeyId: env.S3_ACCESS_KEY_ID,
      secretAccessKey: env.S3_SECRET_ACCESS_KEY,
    },
    sourceBucket: env.SOURCE_BUCKET,
    sourceAllowHosts: env.SOURCE_ALLOW_HOSTS,
    uploadConcurrency: env.UPLOAD_CONCURRENCY,
    stopSeconds: env.STOP_SECONDS,
  };
}
