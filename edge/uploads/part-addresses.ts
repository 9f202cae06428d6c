import { AwsClient } from "aws4fetch";
import { uploadChunkKey } from "../../shared/domain/part/object-keys.ts";
import type { Upload } from "../../shared/domain/uploads/upload.ts";
import { bytesOfPart } from "../../shared/domain/uploads/upload-parts.ts";
import type { S3Settings } from "../settings/s3-settings.ts";

/** Seconds for which a part may be sent to its address; the client asks for new addresses later. */
export const PART_ADDRESS_SECONDS = 6 * 3600;

export type MultipartUpload = Upload & {
  readonly multipartId: string;
  readonly partSize: number;
  readonly size: number;
};

export type PartAddress = { readonly partNumber: number; readonly size: number; readonly url: string };

/** The one object of an upload that is not made of chunks. It has the name of a chunk, so processors read it like one. */
export function uploadObjectKey({ tempPath }: Pick<Upload, "tempPath">): string {
  return uploadChunkKey(tempPath, 0);
}

/** Signed addresses of the S3 protocol: each stores one part of this upload and nothing else. */
export async function partAddresses(
  s3: S3Settings,
  upload: MultipartUpload,
  partNumbers: readonly number[],
  now: number,
): Promise<PartAddress[]> {
  const { accessKeyId, secretAccessKey } = s3;
  const signer = new AwsClient({ accessKeyId, secretAccessKey, service: "s3", region: "auto", retries: 0 });
  const datetime = new Date(now).toISOString().replaceAll(/[:-]|\.\d{3}/g, "");
  return Promise.all(
    partNumbers.map(async (partNumber) => {
      const url = new URL(`${s3.endpoint}/${s3.bucket}/${uploadObjectKey(upload)}`);
      url.searchParams.set("partNumber", String(partNumber));
      url.searchParams.set("uploadId", upload.multipartId);
      url.searchParams.set("X-Amz-Expires", String(PART_ADDRESS_SECONDS));
      const signed = await signer.sign(url, { method: "PUT", aws: { signQuery: true, datetime } });
      return { partNumber, size: bytesOfPart(upload.size, upload.partSize, partNumber), url: signed.url };
    }),
  );
}
