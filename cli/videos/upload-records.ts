import { statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import type { Environment } from "../../processor/config/config.ts";
import { readJson, writeJson } from "./json-file.ts";

/** `storedBytes`: what the service has confirmed; it may have more. */
export type UploadRecord = { readonly uploadId: string; readonly storedBytes: number };

/** Unfinished uploads by server and file, so that a program that was cut off resumes them. */
export type UploadRecords = {
  readonly find: () => UploadRecord | null;
  readonly keep: (uploadId: string, storedBytes: number) => void;
  readonly forget: () => void;
};

const recordsSchema = z.record(z.string(), z.object({ uploadId: z.string(), storedBytes: z.number(), at: z.number() }));

/** Longer than a deployment keeps an unfinished upload. */
const KEPT_MS = 14 * 86_400_000;

/** Of one file at one server. A file that was changed is another one. XDG Base Directory Specification. */
export function uploadRecords(path: string, serviceUrl: string, environment: Environment, now: number): UploadRecords {
  const folder = environment.XDG_STATE_HOME || join(homedir(), ".local/state");
  const file = join(folder, "ladderlock/uploads.json");
  const { size, mtimeMs } = statSync(path);
  const name = `${serviceUrl} ${resolve(path)} ${size} ${mtimeMs}`;
  const read = () => {
    const parsed = recordsSchema.safeParse(readJson(file));
    const entries = parsed.success ? Object.entries(parsed.data) : [];
    return Object.fromEntries(entries.filter(([, { at }]) => now - at < KEPT_MS));
  };
  return {
    find: () => read()[name] ?? null,
    keep: (uploadId, storedBytes) => writeJson(file, { ...read(), [name]: { uploadId, storedBytes, at: now } }),
    forget: () => {
      const { [name]: _, ...others } = read();
      writeJson(file, others);
    },
  };
}
