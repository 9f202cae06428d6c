/**
 * Lines that blame the machine and not the content of the file: another try, perhaps elsewhere, may succeed. The last
 * two speak of the wrappers around ffmpeg.
 */
const MACHINE_FAULT =
  /No space left on device|Cannot allocate memory|Out of memory|Too many open files|Input\/output error|Broken pipe|No such file or directory|Permission denied|error while loading shared libraries|^(?:setpriv|prlimit): /im;

/** A program that could not be started through a wrapper or a loader: 126 and 127, as in a shell. */
const NOT_STARTED = [126, 127];

export function blamesMachine(code: number | null, stderr: readonly string[]): boolean {
  return code === null || NOT_STARTED.includes(code) || stderr.some((line) => MACHINE_FAULT.test(line));
}

/** What ffmpeg says most often, in words for somebody who uploaded a file. */
const TRANSLATIONS: readonly (readonly [RegExp, string])[] = [
  [/moov atom not found/i, "its index is missing, as when an upload was cut off or a recording was never finished"],
  [/Invalid data found when processing input/i, "it is no media file that is known, or it is damaged"],
  [/not on whitelist|Format .* not allowed/i, "its format is not accepted"],
  [/Decoder .* not found|no decoder/i, "it uses a codec that this processor cannot decode"],
];

/** The last lines of stderr as the end of a sentence for an editor: no paths, no addresses, no repetition. */
export function failureReason(stderr: readonly string[]): string {
  const translated = TRANSLATIONS.find(([pattern]) => stderr.some((line) => pattern.test(line)));
  if (translated) return translated[1];
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
