import { describe, expect, it } from "vitest";
import { applyEncryptResult, applyTranscodeResult, type KeyDraft, stageKeys } from "../job-outcomes/job-results.ts";
import { cancelPart, refreshPost, resumePart } from "../job-outcomes/recovery.ts";
import { publicQualityAuth, STANDARD_POLICY_RULE } from "../quality/quality-auth.ts";
import type { AbrVariant } from "../quality/rendition.ts";
import { importVideoPost, type NewImport, rekeyState, startRekey } from "./imported-post.ts";
import { upsertQualityAuth } from "./quality-policies.ts";
import { applied, NOW, part } from "./ready-post.fixture.ts";
import { auditVideoPost } from "./review.ts";
import { deleteVideoPost, type VideoPost } from "./video-post.ts";

const PREFIX = "imports/film/0123456789abcdef0123456789abcdef/0/";

function newImport(more: Partial<NewImport> = {}): NewImport {
  const file = (n: number) => ({
    id: `file-${n}`,
    fileName: `part-${n}`,
    source: { prefix: PREFIX, wrappedKey: "wrapped", kekId: "k1", renditions: [{ quality: "480p", playlist: "p" }] },
    qualityAuth: [publicQualityAuth("480p" as const)],
  });
  return {
    ...{ id: "post", importId: "film", authorId: "author", title: "A film", description: "", resourceType: "VIDEO" },
    ...{ interaction: { comments: true, liveComments: false }, access: "POLICY", autoPublish: true },
    files: [file(0), file(1)] as NewImport["files"],
    ...more,
  };
}

const imported = (more: Partial<NewImport> = {}) => importVideoPost(newImport(more), NOW).post;

function asked(post: VideoPost, fileIndex = 0, restart = false) {
  return startRekey(post, fileIndex, { jobId: "job", restart }, NOW + 5);
}

function transcoded(post: VideoPost): VideoPost {
  const variant: AbrVariant = {
    ...{ quality: "480p", width: 854, height: 480, peakBandwidth: 2, averageBandwidth: 1, codecs: "avc1.64001e" },
    ...{ frameRate: null, segmentCount: 1, bytes: 100 },
  };
  const probe = { container: "hls", headerDuration: null, video: null, audio: null };
  const done = {
    kind: "done",
    transcodeJobId: "job",
    prefix: "a-film/job/c1/",
    durationSeconds: 6,
    encryptJobId: "e",
  } as const;
  return applied(applyTranscodeResult(post, "file-0", { ...done, probe, warnings: [], variants: [variant] }, NOW));
}

function encrypted(post: VideoPost) {
  const draft: KeyDraft = { keyId: "k", quality: "480p", wrappedKey: "w", kekId: "k1", keyUriTemplate: "uri" };
  const staged = applied(stageKeys(post, { fileId: "file-0", jobId: "e" }, [draft], 1, STANDARD_POLICY_RULE, NOW));
  const { variants } = part(staged).variants[0]!;
  const result = {
    kind: "done",
    jobId: "e",
    clearPrefix: "a-film/job/c1/",
    prefix: "a-film/job/enc/k1-c1/",
    keyVersion: 1,
  } as const;
  const decision = applyEncryptResult(staged, "file-0", { ...result, variants, retireAt: NOW }, NOW);
  if (decision.kind !== "changed") throw new Error(JSON.stringify(decision));
  return decision.change;
}

describe("an imported post", () => {
  it("is published at once where it publishes itself, and has no job", () => {
    const { post, jobs, events } = importVideoPost(newImport(), NOW);
    expect(post).toMatchObject({ status: "PUBLISHED", importId: "film", nextFileIndex: 2 });
    expect(jobs).toEqual([]);
    expect(events).toEqual([
      { type: "VideoAuditPassed", auditedBy: "system" },
      { type: "VideoPostPublished", publishedAt: NOW },
    ]);
    expect(post.files.map(({ fileIndex, position, transferResult }) => [fileIndex, position, transferResult])).toEqual([
      [0, 0, "IMPORTED"],
      [1, 1, "IMPORTED"],
    ]);
    expect(rekeyState(part(post))).toBe("waiting");
  });

  it("waits for its audit where it does not, and can pass it before anything is made", () => {
    const post = imported({ autoPublish: false });
    expect(post.status).toBe("PENDING_AUDIT");
    const passed = applied(auditVideoPost(post, { result: "PASSED", reason: null, by: "editor" }, NOW));
    expect(passed.status).toBe("PUBLISHED");
  });

  it("has policies that can be changed before it has keys", () => {
    const denied = { quality: "480p", policy: "DENIED", entitlement: null } as const;
    expect(part(applied(upsertQualityAuth(imported(), 0, [denied], NOW))).qualityAuth).toEqual([denied]);
    const other = { ...denied, quality: "720p" } as const;
    expect(upsertQualityAuth(imported(), 0, [other], NOW)).toMatchObject({ kind: "refused" });
  });

  it("takes its imported content and its keys along when it is deleted", () => {
    const decision = deleteVideoPost(imported(), NOW);
    if (decision.kind !== "changed") throw new Error(decision.kind);
    expect(decision.change.events).toEqual([{ type: "VideoPostDeleted", prefixes: [PREFIX, PREFIX], uploadIds: [] }]);
    expect(decision.change.post.files.map(({ singleKey }) => singleKey)).toEqual([null, null]);
  });
});

describe("a requested re-key", () => {
  it("is one job, and the post stays what it is", () => {
    const decision = asked(imported());
    if (decision.kind !== "changed") throw new Error(decision.kind);
    expect(decision.change.jobs).toEqual([{ jobId: "job", fileId: "file-0", kind: "TRANSCODE" }]);
    const { post } = decision.change;
    expect(part(post)).toMatchObject({ transferResult: "TRANSCODING", singleKey: { requestedAt: NOW + 5 } });
    expect([post.status, rekeyState(part(post)), rekeyState(part(post, 1))]).toEqual([
      "PUBLISHED",
      "under-way",
      "waiting",
    ]);
    expect(refreshPost(post, NOW)).toMatchObject({ kind: "unchanged" });
  });

  it("changes nothing when repeated, or when the part has its keys or has failed", () => {
    const underWay = applied(asked(imported()));
    expect(asked(underWay)).toEqual({ kind: "unchanged", value: "under-way" });
    const failed = applied(
      applyTranscodeResult(underWay, "file-0", { kind: "failed", code: "encoder-failed", reason: "no" }, NOW),
    );
    expect(asked(failed, 0, true)).toEqual({ kind: "unchanged", value: "failed" });
    const migrated = encrypted(transcoded(underWay)).post;
    expect(asked(migrated, 0, true)).toEqual({ kind: "unchanged", value: null });
  });

  it("restarts with the remaining work after its job was cancelled, and keeps the time of the first request", () => {
    const underWay = applied(asked(imported()));
    const stopped = applied(cancelPart(underWay, "file-0", "TRANSCODE", NOW));
    expect([stopped.status, rekeyState(part(stopped))]).toEqual(["PUBLISHED", "stopped"]);
    expect(asked(stopped)).toEqual({ kind: "unchanged", value: "stopped" });
    const again = startRekey(stopped, 0, { jobId: "job-2", restart: true }, NOW + 99);
    expect(again).toMatchObject({ change: { jobs: [{ jobId: "job-2", kind: "TRANSCODE" }] } });
    expect(part(applied(again)).singleKey?.requestedAt).toBe(NOW + 5);
    const cancelled = applied(cancelPart(transcoded(underWay), "file-0", "ENCRYPT", NOW));
    const decrypted = startRekey(cancelled, 0, { jobId: "job-2", restart: true }, NOW);
    expect(decrypted).toMatchObject({ change: { jobs: [{ jobId: "job-2", kind: "ENCRYPT" }] } });
    expect(part(applied(decrypted))).toMatchObject({ transferResult: "SUCCESS", encryptStatus: "UNENCRYPTED" });
    expect(asked(underWay, 0, true)).toEqual({ kind: "unchanged", value: "under-way" });
  });

  it("is refused for an unknown part and for a deleted post", () => {
    expect(asked(imported(), 7)).toEqual({ kind: "refused", refusal: { kind: "not-found" } });
    expect(asked(applied(deleteVideoPost(imported(), NOW)))).toEqual({ kind: "refused", refusal: { kind: "deleted" } });
  });

  it("fails for its part alone: the post stays published, and an operator can retry it", () => {
    const underWay = applied(asked(imported()));
    const failed = applied(
      applyTranscodeResult(underWay, "file-0", { kind: "failed", code: "encoder-failed", reason: "It broke." }, NOW),
    );
    expect([failed.status, rekeyState(part(failed)), part(failed).failReason]).toEqual([
      "PUBLISHED",
      "failed",
      "It broke.",
    ]);
    expect(part(failed).singleKey).not.toBeNull();
    const resumed = applied(resumePart(failed, "file-0", "TRANSCODE", [], NOW));
    expect([part(resumed).transferResult, rekeyState(part(resumed))]).toEqual(["TRANSCODING", "under-way"]);
  });

  it("keeps the imported content when the encryption fails", () => {
    const clear = transcoded(applied(asked(imported())));
    const failed = applied(
      applyEncryptResult(clear, "file-0", { kind: "failed", code: "encoder-failed", reason: "It broke." }, NOW),
    );
    expect([failed.status, rekeyState(part(failed))]).toEqual(["PUBLISHED", "failed"]);
    expect(part(failed).singleKey?.prefix).toBe(PREFIX);
  });

  it("deletes the imported content and its single key when the part has its own keys", () => {
    const { post, events } = encrypted(transcoded(applied(asked(imported()))));
    expect(part(post)).toMatchObject({ encryptStatus: "ENCRYPTED", singleKey: null, playing: { keyVersion: 1 } });
    expect(rekeyState(part(post))).toBeNull();
    expect(events).toEqual([{ type: "SingleKeyContentMigrated", prefixes: [PREFIX] }]);
    expect(part(post).qualityAuth).toEqual([publicQualityAuth("480p")]);
  });
});
