/**
 * Every code of a failed job, with what it means. The list is closed: clients may branch on it, and
 * docs/failure-codes.md is the same list. The sentence of a failure says more and is for people.
 */
export const FAILURES = {
  "source-address-refused":
    "The address of the source is not allowed: no public http or https URL, or an unsafe redirect.",
  "source-unreachable":
    "The server of the source could not be reached, failed, was too slow, or kept breaking the connection.",
  "source-access-denied": "The server of the source requires a sign-in or refuses access (401, 403).",
  "source-not-found": "There is no file at the address of the source (404, 410).",
  "source-not-served": "The server of the source answers, but not with a file that can be downloaded.",
  "source-changed": "The source changed or became shorter while it was read.",
  "source-too-large": "The source has more bytes than the processor accepts.",
  "source-empty": "The source has no bytes.",
  "source-url-gone": "The URL of the source is no longer stored.",
  "upload-gone": "The upload is no longer stored.",
  "upload-damaged": "The stored upload is not what the client sent.",
  "source-unreadable": "The file is not media that is known here, or it is damaged.",
  "source-incomplete": "A part of the file is missing.",
  "no-video-or-audio": "The file has no video and no audio, or not what its resource type requires.",
  "format-not-supported": "The format, codec or color space of the file cannot be converted.",
  "protected-content": "The file is copy-protected.",
  "mixed-recordings": "The file was joined from recordings that cannot be converted together.",
  "media-over-limits": "The picture size, the number of tracks or the number of frames is not accepted.",
  "too-long": "The file lasts longer than is accepted.",
  "took-too-long": "Reading or converting the file did not end in the time that is allowed for it.",
  "import-unusable": "The imported content cannot be decrypted, decoded or described.",
  "import-gone": "The imported content is no longer stored.",
  "media-check-failed": "The result or the stored renditions failed their check.",
  "clear-renditions-gone": "There are no clear renditions to encrypt.",
  "part-gone": "The part of the job no longer exists.",
  "encoder-failed": "The conversion broke off or made no progress.",
  "out-of-memory": "The conversion needed more memory than the processor has.",
  "disk-full": "The processor has no room on its disk.",
  "storage-unavailable": "The object store could not read, write or list.",
  "stored-object-missing": "An object that the job needs is not in the object store.",
  "service-unavailable": "The Worker did not answer properly, or refused the processor's call.",
  "processor-outdated": "The processor cannot read the work order of this Worker.",
  "launch-failed": "No container could be started for the job, or none claimed it, however often one was ordered.",
  "attempts-exhausted": "The processor stopped answering in every attempt.",
  internal: "The service or the processor met an unexpected fault.",
  unclassified: "A processor of an earlier or later release reported a failure without a code that is known here.",
} as const satisfies Readonly<Record<string, string>>;

export type FailureCode = keyof typeof FAILURES;
export const FAILURE_CODES = Object.keys(FAILURES) as [FailureCode, ...FailureCode[]];

/** Why a job failed: for programs, and for people. */
export type Failure = { readonly code: FailureCode; readonly reason: string };

/** The code that a processor reported. Other releases may report none, or one that is not known here. */
export function failureCodeOf(reported: string | null | undefined): FailureCode {
  return FAILURE_CODES.find((code) => code === reported) ?? "unclassified";
}

/** The code of a stored failure. Rows of earlier releases have a sentence alone. */
export function storedFailureCode(reason: string | null, code: FailureCode | null): FailureCode | null {
  return reason === null ? null : (code ?? "unclassified");
}
