import * as z from "zod";
import { singleLine } from "../../../../shared/application/plain-text.ts";

/** As many parts as one post may be created with. */
const MOST_FILES = 100;
const LONGEST_DURATION_SECONDS = 1_000_000;

/** One object and no union, so that a refusal names the field. */
const sourceFields = z.strictObject({
  uploadId: z.string().min(1).max(64).optional(),
  sourceUrl: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional(),
  fileName: singleLine(255),
  /** Bytes, compared with the upload's. */
  fileSize: z.int().positive().optional(),
  /** Seconds, as the client knows them: shown until the processor has measured, and compared with what it measures. */
  duration: z.number().positive().max(LONGEST_DURATION_SECONDS).optional(),
});

type SourceFields = z.output<typeof sourceFields>;

function checkSource({ uploadId, sourceUrl, fileSize }: SourceFields, check: z.RefinementCtx): void {
  const wrong = (path: string, message: string) => check.addIssue({ code: "custom", path: [path], message });
  if ((uploadId === undefined) === (sourceUrl === undefined))
    wrong("uploadId", "give either an uploadId or a sourceUrl");
  if (sourceUrl !== undefined && fileSize !== undefined) wrong("fileSize", "belongs to an upload, not to a sourceUrl");
}

/** The source of one part. */
export const sourceSchema = sourceFields.superRefine(checkSource);

const fileSchema = sourceFields
  /** The part's index. Either every entry has one or none, which then follow the order of the list. */
  .extend({ fileIndex: z.int().min(0).optional() })
  .superRefine(checkSource);

export type UploadFile = z.output<typeof fileSchema>;

/** Parts that join a post, which gives them their indexes. */
export const addedFileListSchema = z.array(sourceSchema).min(1).max(MOST_FILES);

/** `uploadFileList` in the order of its parts: the first becomes file index 0. */
export const uploadFileListSchema = z
  .array(fileSchema)
  .max(MOST_FILES)
  .superRefine((files, check) => {
    const given = files.map(({ fileIndex }) => fileIndex).filter((index) => index !== undefined);
    const complete = new Set(given).size === files.length && given.every((index) => index < files.length);
    if (given.length === 0 || complete) return;
    const message = `fileIndex must be on no entry, or be each number from 0 to ${files.length - 1} once`;
    check.addIssue({ code: "custom", message });
  })
  .transform((files) => files.toSorted((a, b) => (a.fileIndex ?? 0) - (b.fileIndex ?? 0)));
