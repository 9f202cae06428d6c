import { createCipheriv } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/* Content as others encrypt it, of packets without pictures: what is tested here never decodes them. */

export const KEY = Buffer.from("00112233445566778899aabbccddeeff", "hex");

export function clearSegment(quality: string, number: number): Buffer {
  const bytes = Buffer.alloc(188 * 10, `${quality}${number}`);
  for (let at = 0; at < bytes.length; at += 188) bytes[at] = 0x47;
  return bytes;
}

export function encryptedSegment(quality: string, number: number): Buffer {
  const iv = Buffer.alloc(16);
  iv[15] = number - 1;
  const cipher = createCipheriv("aes-128-cbc", KEY, iv);
  return Buffer.concat([cipher.update(clearSegment(quality, number)), cipher.final()]);
}

/** `{quality}.m3u8` with segments of 6 s beside it, `{quality}-1.ts` and so on. */
export async function writeContent(folder: string, quality: string, count = 3, encrypted = true): Promise<void> {
  await mkdir(folder, { recursive: true });
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const make = encrypted ? encryptedSegment : clearSegment;
  for (const number of numbers) await writeFile(join(folder, `${quality}-${number}.ts`), make(quality, number));
  await writeFile(
    join(folder, `${quality}.m3u8`),
    playlistOf(
      numbers.map((number) => `${quality}-${number}.ts`),
      encrypted,
    ),
  );
}

export function playlistOf(uris: readonly string[], encrypted = true): string {
  const key = encrypted ? ['#EXT-X-KEY:METHOD=AES-128,URI="https://keys.example/k"'] : [];
  const segments = uris.flatMap((uri) => ["#EXTINF:6,", uri]);
  return `${["#EXTM3U", "#EXT-X-TARGETDURATION:6", ...key, ...segments, "#EXT-X-ENDLIST"].join("\n")}\n`;
}
