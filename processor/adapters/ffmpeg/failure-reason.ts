import type { FailureCode } from "../../../shared/domain/job/failure.ts";
import { type Refusal, refuse } from "../../media/refusal.ts";
import { RetryableError } from "../../retryable-error.ts";

/**
 * Lines that blame the machine and not the content of the file: another try, perhaps elsewhere, may succeed. The last
 * two speak of the wrappers around ffmpeg.
 */
const MACHINE_FAULT =
  /No space left on device|Cannot allocate memory|Out of memory|Too many open files|Input\/output error|Broken pipe|No such file or directory|Permission denied|error while loading shared libraries|^(?:setpriv|prlimit): /im;

/** What ends in "Cannot allocate memory" although there is plenty: the content asks for what is not allowed. */
const ABOVE_LIMITS = /exceeds max_streams|Picture size \d+x\d+ (?:is invalid|exceeds)|exceeds the maximum/i;

/** A program that could not be started through a wrapper or a loader: 126 and 127, as in a shell. */
const NOT_STARTED = [126, 127];

export function blamesMachine(code: number | null, stderr: readonly string[]): boolean {
  if (code === null || NOT_STARTED.includes(code)) return true;
  return stderr.some((line) => MACHINE_FAULT.test(line)) && !stderr.some((line) => ABOVE_LIMITS.test(line));
}

/** What the machine lacked, in a sentence for people. */
export function machineFault(
  { code, killedBy }: { readonly code: number | null; readonly killedBy: string | null },
  stderr: readonly string[],
): RetryableError {
  const said = (pattern: RegExp) => stderr.some((line) => pattern.test(line));
  const cause = `exit code ${code}, signal ${killedBy}: ${failureReason(stderr)}`;
  if (said(/No space left on device/i))
    return new RetryableError("disk-full", "The processor's disk is full.", { cause });
  if (said(/Cannot allocate memory|Out of memory/i) || killedBy === "SIGKILL") {
    return new RetryableError("out-of-memory", "The conversion needed more memory than there is.", { cause });
  }
  return new RetryableError("encoder-failed", "The conversion broke off.", { cause });
}

/** What an editor can do about most faults of a file. */
const CHECK_AND_RETRY = "Check that it plays to its end on your computer, and upload it again.";
const CONVERT = "Convert it to MP4 with H.264 and AAC, and upload that.";

type Translation = readonly [pattern: RegExp, code: FailureCode, clause: string];

/** The most frequent messages of ffmpeg, in words for the uploader of a file. */
const TRANSLATIONS: readonly Translation[] = [
  [
    /moov atom not found/i,
    "source-incomplete",
    `its index is missing, as when an upload was cut off or a recording was never finished. ${CHECK_AND_RETRY}`,
  ],
  [/exceeds max_streams/i, "media-over-limits", "it has far too many tracks. Export it with fewer."],
  [/Picture size \d+x\d+ is invalid/i, "media-over-limits", "its picture is larger than is accepted. Make it smaller."],
  [/not on whitelist|Format .* not allowed/i, "format-not-supported", `its format is not accepted. ${CONVERT}`],
  [
    /Audio object type \d+ is not implemented/i,
    "format-not-supported",
    `its sound is a kind of AAC that cannot be decoded here. ${CONVERT}`,
  ],
  [
    /Decoder .* not found|no decoder|Could not open codec/i,
    "format-not-supported",
    `it uses a codec that cannot be decoded here. ${CONVERT}`,
  ],
];

const UNKNOWN: Translation = [
  /^/,
  "source-unreadable",
  `it is damaged, or of a kind that is not known here. ${CHECK_AND_RETRY}`,
];

/** Refuses a file by what a tool printed about it. `what` begins the sentence that says what is wrong and what to do. */
export function refuseFile(what: string, stderr: readonly string[]): Refusal {
  const [, code, clause] = TRANSLATIONS.find(([pattern]) => stderr.some((line) => pattern.test(line))) ?? UNKNOWN;
  return refuse(code, `${what}: ${clause}`, failureReason(stderr));
}

/** The last lines of stderr, for the log: no paths, no addresses, no repetition. */
export function failureReason(stderr: readonly string[]): string {
  const lines = stderr.map(cleanLine).filter((line) => line !== "" && !/^Conversion failed!?$/.test(line));
  const distinct = [...new Set(lines)].slice(-3).join("; ");
  return distinct === "" ? "ffmpeg gave no reason" : distinct.slice(0, 400);
}

function cleanLine(line: string): string {
  return line
    .replace(/^\[[^\]]*\]\s*/, "")
    .replace(/(?:file:)?(?:\/[^\s:'"/]+)+\/?/g, "the file")
    .trim();
}
