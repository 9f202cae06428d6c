import { createCipheriv, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

/*
 * The barest rotation: a program that reads every segment over S3, encrypts it with node:crypto and writes it over S3, as
 * many at once as the processor does. No playlists, no progress, no check of what came out.
 *
 * node bare-copy.ts <endpoint> <from bucket> <to bucket> <prefix to write under> <JSON file with the keys to read>
 */

const SEGMENTS_AT_ONCE = 4;

const [endpoint = "", from = "", to = "", prefix = "", list = ""] = process.argv.slice(2);
const keys = JSON.parse(await readFile(list, "utf8")) as string[];

const s3 = new S3Client({
  ...{ endpoint, region: "auto", forcePathStyle: true },
  credentials: { accessKeyId: "local", secretAccessKey: "local-development-only" },
  requestChecksumCalculation: "WHEN_REQUIRED",
  responseChecksumValidation: "WHEN_REQUIRED",
});
const contentKey = randomBytes(16);
const waiting = keys.values();
await Promise.all(Array.from({ length: SEGMENTS_AT_ONCE }, copyOneByOne));
s3.destroy();

async function copyOneByOne(): Promise<void> {
  for (const key of waiting) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: from, Key: key }));
    if (Body === undefined) throw new Error(`${key} is empty`);
    const cipher = createCipheriv("aes-128-cbc", contentKey, Buffer.alloc(16));
    const encrypted = Buffer.concat([cipher.update(await Body.transformToByteArray()), cipher.final()]);
    await s3.send(new PutObjectCommand({ Bucket: to, Key: `${prefix}${key}`, Body: encrypted }));
  }
}
