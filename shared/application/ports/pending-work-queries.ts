import type { UpdateType } from "../../domain/part/video-file.ts";

/** Reads that feed the scan: parts whose state asks for a job that does not exist, and posts to correct. */
export interface PendingWorkQueries {
  listTranscodingVideoPosts(batchSize: number): Promise<readonly PendingPart[]>;
  listEncryptPendingVideoPosts(batchSize: number): Promise<readonly PendingPart[]>;
  /** Ids of posts whose stored status or duration differs from what their parts say. Settled posts are not read. */
  listDriftedVideoPosts(batchSize: number): Promise<readonly string[]>;
}

export type PendingPart = {
  readonly videoPostId: string;
  readonly fileId: string;
  readonly fileIndex: number;
  readonly updateType: UpdateType;
};
