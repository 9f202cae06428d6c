import type { Upload } from "../../domain/uploads/upload.ts";
import type { CreatedAt } from "./webhook-deliveries.ts";

/**
 * Resumable uploads. Bytes live in the SOURCE bucket; this store holds how far each upload is and who owns it. The
 * deliveries of `upload.completed` and `upload.expired` are stored with the change that they report.
 */
export interface UploadStore {
  open(upload: Upload): Promise<void>;
  /** Stores an upload that is complete from the start. */
  openComplete(upload: Upload & { readonly state: "COMPLETE" }, firstAttemptAt: number): Promise<void>;
  /** Null also for another owner's upload, so that nobody learns which uploads exist. */
  find(upload: UploadRef): Promise<Upload | null>;
  /** The owner's uploads among these ids, in any order, each with whether a part has been made of it. One read. */
  findAll(uploadIds: readonly string[], owner: string): Promise<readonly UploadWithUse[]>;
  /** False when the size is known already or is below the offset. A size that is the offset completes the upload. */
  declareSize(input: DeclareUploadSize): Promise<boolean>;
  /**
   * Compare-and-set of the offset: counts a stored chunk, moves the expiry, and completes the upload with its last
   * chunk. False when the offset is not `from`, the upload has expired or is not there, or `to` exceeds the size.
   */
  advance(input: AdvanceUpload): Promise<boolean>;
  /** Completes a multipart upload whose object is stored. False when it is not open or has expired. */
  completeObject(input: CompleteUploadObject): Promise<boolean>;
  /**
   * First step of a removal: from here on nothing is added to the upload, and the sweep finishes a removal that was
   * interrupted. Null when there is no such upload or a part has been made of it.
   */
  beginRemoval(uploadId: string): Promise<Upload | null>;
  /** The same for an upload whose removal delay is over, which also raises `upload.expired`. */
  beginExpiry(uploadId: string, at: CreatedAt): Promise<Upload | null>;
  /** Last step of a removal, after the chunks are deleted. */
  finishRemoval(uploadId: string): Promise<void>;
  /**
   * Deletes those of these uploads that no part needs: a part needs its upload until it plays in a published post, or its
   * post is deleted. Returns their ids, also of uploads that were deleted before, so that a repetition deletes their
   * chunks again.
   */
  dropUnneeded(uploadIds: readonly string[]): Promise<readonly string[]>;
  /** Uploads whose removal delay is over and that no part uses, the oldest first. */
  listRemovable(now: number, limit: number): Promise<readonly string[]>;
  /** GetUploadSessionTempPath: what a transcode job needs to read the upload. */
  findForJob(uploadId: string): Promise<JobUpload | null>;
}

export type UploadRef = { readonly uploadId: string; readonly owner: string };

/** `isUsed`: a part has been made of the upload. One upload makes one part; the save of a post enforces it. */
export type UploadWithUse = Upload & { readonly isUsed: boolean };

export type DeclareUploadSize = UploadRef & CreatedAt & { readonly size: number };

/** A chunk from byte `from` up to, not including, byte `to`. */
export type AdvanceUpload = CompleteUploadObject & { readonly from: number; readonly to: number };

/** `expiresAt`: the expiry from then on. */
export type CompleteUploadObject = UploadRef & CreatedAt & { readonly expiresAt: number };

/** `sha256` in hex, where the client gave one in the upload's metadata. */
export type JobUpload = {
  readonly size: number | null;
  /** Prefix of the chunks in the SOURCE bucket. */
  readonly tempPath: string;
  readonly sha256: string | null;
  /** Longest media that may be made of it. */
  readonly maxDurationSeconds: number | null;
};
