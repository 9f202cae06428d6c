import * as z from "zod";
import { secret } from "./setting-types.ts";

/** Addresses at which clients send parts of a file to R2. The four go together; uploads over tus need none of them. */
export const S3_SETTINGS = {
  S3_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !/[?#]/.test(url), "must have no query")
    .transform((url) => url.replace(/\/+$/, ""))
    .optional()
    .describe("S3 address of R2 for multipart uploads, `https://<account>.r2.cloudflarestorage.com`"),
  SOURCE_BUCKET: z.string().min(1).optional().describe("name of the SOURCE bucket, for multipart uploads"),
  S3_ACCESS_KEY_ID: secret(z.string().min(1).optional(), "R2 access key that may write the SOURCE bucket"),
  S3_SECRET_ACCESS_KEY: secret(z.string().min(1).optional(), "the secret of `S3_ACCESS_KEY_ID`"),
};

type S3Setting = keyof typeof S3_SETTINGS;
type Given = { readonly [name in S3Setting]?: string | undefined };

export type S3Settings = {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
};

/** The settings that are missing beside the others. */
export function missingS3Settings(settings: Given): S3Setting[] {
  const names = Object.keys(S3_SETTINGS) as S3Setting[];
  const missing = names.filter((name) => settings[name] === undefined);
  return missing.length === names.length ? [] : missing;
}

/** Null where multipart uploads are not configured. */
export function s3Settings(settings: Given): S3Settings | null {
  const { S3_ENDPOINT: endpoint, SOURCE_BUCKET: bucket } = settings;
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = settings;
  if (endpoint === undefined || bucket === undefined) return null;
  if (accessKeyId === undefined || secretAccessKey === undefined) return null;
  return { endpoint, bucket, accessKeyId, secretAccessKey };
}
