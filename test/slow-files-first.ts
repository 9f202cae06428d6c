import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The files that take longest start first, so that none of them is the last one. Of the end-to-end files, those with a
 * browser and those without alternate: a browser that decodes in software takes a processor for itself.
 */
export const SLOW_FILES: readonly string[] = [
  "test/e2e/input-matrix.test.ts",
  "test/e2e/matrix/random-joins.test.ts",
  "test/e2e/matrix/source-time.test.ts",
  "processor/adapters/ffmpeg/danger.test.ts",
  "processor/adapters/ffmpeg/transcode.test.ts",
  "processor/jobs/rekey/rekey-job.test.ts",
  "test/workerd/database/d1-contract.test.ts",
  "test/workerd/admin/replaced-versions.test.ts",
  "test/workerd/internal/garbage.test.ts",
  "test/workerd/playback/gate-table.test.ts",
  "test/players/browser-players.test.ts",
  "test/e2e/batch-rotation.test.ts",
  "test/e2e/dockerfile.test.ts",
  "test/e2e/faults.test.ts",
  "test/e2e/launched-faults.test.ts",
  "test/browser/console-editor.test.ts",
  "test/browser/watch-page.test.ts",
  "test/browser/player.test.ts",
  "test/browser/console-operator.test.ts",
  "test/e2e/run-one-job.test.ts",
  "test/players/without-grace.test.ts",
  "test/e2e/encoder-document.test.ts",
  "test/e2e/post-life.test.ts",
  "test/players/command-line-players.test.ts",
  "test/e2e/ladder.test.ts",
  "test/browser/session-refresh.test.ts",
  "test/e2e/client-package.test.ts",
  "test/players/encoder-proxy.test.ts",
  "test/e2e/raw-requests.test.ts",
  "test/e2e/import.test.ts",
  "test/e2e/isolates.test.ts",
];

/**
 * Project by project, since a worker goes from file to file only within a project, and in the same order in every run,
 * whatever earlier runs have left in a cache.
 */
export default class SlowFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => {
      const group = a.project.config.sequence.groupOrder - b.project.config.sequence.groupOrder;
      const project = compare(a.project.name, b.project.name);
      return group || project || rank(a) - rank(b) || compare(a.moduleId, b.moduleId);
    });
  }
}

function rank({ moduleId, project }: TestSpecification): number {
  const place = SLOW_FILES.indexOf(moduleId.slice(project.config.root.length + 1));
  return place === -1 ? SLOW_FILES.length : place;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
