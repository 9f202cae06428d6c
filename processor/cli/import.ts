import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { ImportedPost } from "../../client/index.ts";
import type { ImportRequest } from "../../shared/application/protocols/import-protocol.ts";
import { createObjectStore, createS3Client, type ObjectStore } from "../adapters/object-store.ts";
import {
  createOperatorClient,
  type OperatorClient,
  OperatorRefusal,
  OperatorUnreachable,
} from "../adapters/operator-client.ts";
import type { ImportConfig } from "../config/import-config.ts";
import { type CheckedImport, checkImport } from "../imports/check-import.ts";
import { createImportFiles } from "../imports/import-files.ts";
import { ImportRefusal } from "../imports/import-refusal.ts";
import { type Manifest, readManifest } from "../imports/manifest.ts";
import { uploadImport } from "../imports/upload-import.ts";
import { RetryableError } from "../retryable-error.ts";
import { EXIT } from "./exit-codes.ts";
import type { Output } from "./output.ts";
import type { Terminal } from "./progress-display.ts";
import { progressLine } from "./progress-line.ts";

export type ImportOptions = { readonly manifestPath: string; readonly dryRun: boolean; readonly json: boolean };

type Outcome =
  | { readonly kind: "checked"; readonly importId: string }
  | { readonly kind: "imported" | "was-imported"; readonly post: ImportedPost };

/** `ladderlock import`: resolves to the exit code. */
export async function importContent(
  config: ImportConfig,
  options: ImportOptions,
  output: Output & { readonly progress: Terminal },
  stop: AbortSignal,
): Promise<number> {
  const s3 = createS3Client(config.objectStore);
  const directory = await mkdtemp(join(tmpdir(), "ladderlock-import-"));
  try {
    const store = createObjectStore(s3, config.sourceBucket);
    const deps = { ...config, client: createOperatorClient(config), store, directory, signal: stop };
    const outcome = await performImport(options, deps, output.progress);
    output.out(options.json ? `${JSON.stringify(outcome)}\n` : describe(outcome));
    return EXIT.ok;
  } catch (error) {
    return tellWhy(error, stop, output);
  } finally {
    await rm(directory, { recursive: true, force: true });
    s3.destroy();
  }
}

type Deps = Pick<ImportConfig, "sourceAllowHosts" | "uploadConcurrency"> & {
  readonly client: OperatorClient;
  readonly store: ObjectStore;
  /** For downloads. */
  readonly directory: string;
  readonly signal: AbortSignal;
};

async function performImport(
  { manifestPath, dryRun }: ImportOptions,
  deps: Deps,
  progress: Terminal,
): Promise<Outcome> {
  const { client, store, signal } = deps;
  const { manifest, importId } = await manifestAt(manifestPath);
  // First of all: what was imported may be gone from where it was.
  const known = await findImport(client, importId);
  if (known !== null) return { kind: "was-imported", post: known };
  const files = createImportFiles({ directory: deps.directory, allowHosts: deps.sourceAllowHosts });
  const checked = await checkImport(manifest, { files, manifestFolder: dirname(resolve(manifestPath)), signal });
  if (dryRun) return { kind: "checked", importId };
  const line = progressLine(progress, "segments stored");
  try {
    const concurrency = deps.uploadConcurrency;
    await uploadImport({ importId, checked, files, store, concurrency, signal, onProgress: line.show });
  } finally {
    line.end();
  }
  return { kind: "imported", post: await client.importVideoPost({ body: requestOf(manifest, importId, checked) }) };
}

/** The post that the import has made before; null when it has made none. */
async function findImport(client: OperatorClient, importId: string): Promise<ImportedPost | null> {
  try {
    return await client.getImport({ params: { importId } });
  } catch (error) {
    if (error instanceof OperatorRefusal && error.status === 404) return null;
    throw error;
  }
}

async function manifestAt(path: string): Promise<{ manifest: Manifest; importId: string }> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new ImportRefusal([`${path}: cannot be read (${(cause as NodeJS.ErrnoException).code})`]);
  });
  const read = readManifest(text);
  if (read.kind === "wrong") throw new ImportRefusal(read.problems.map((problem) => `${path}: ${problem}`));
  const ownId = `sha256-${createHash("sha256").update(text).digest("hex")}`;
  return { manifest: read.manifest, importId: read.manifest.importId ?? ownId };
}

function requestOf({ parts: _, ...post }: Manifest, importId: string, { parts, digest }: CheckedImport): ImportRequest {
  const imported = parts.map(({ fileName, key, renditions }) => ({
    fileName,
    key: key.toString("base64"),
    qualities: renditions.map(({ quality }) => quality),
  }));
  return { ...post, importId, digest, parts: imported };
}

function describe(outcome: Outcome): string {
  if (outcome.kind === "checked") return `The content can be imported. Nothing was stored: this was a dry run.\n`;
  const { videoPostId, status } = outcome.post;
  if (outcome.kind === "imported") {
    return `Imported as post ${videoPostId} (${status}). It is re-keyed on first request, or by POST /admin/video/enc/migrate.\n`;
  }
  const hint = status === "DELETED" ? " To import it again, use another importId." : "";
  return `Already imported as post ${videoPostId} (${status}). Nothing was changed.${hint}\n`;
}

/** What is wrong with the content is the content's; keys that are refused are a matter of the configuration. */
function tellWhy(error: unknown, stop: AbortSignal, { err }: Output): number {
  if (stop.aborted) {
    err("Stopped. Run the command again to resume.\n");
    return EXIT.tryLater;
  }
  if (error instanceof ImportRefusal) {
    err(`The content cannot be imported:\n${error.problems.map((problem) => `  ${problem}\n`).join("")}`);
    return EXIT.badInput;
  }
  if (error instanceof OperatorRefusal) {
    err(`${error.message}\n`);
    return error.status === 401 || error.status === 403 ? EXIT.badConfiguration : EXIT.badInput;
  }
  if (error instanceof OperatorUnreachable || error instanceof RetryableError) {
    err(`${error.message} Run the command again to resume.\n`);
    return EXIT.tryLater;
  }
  throw error;
}
