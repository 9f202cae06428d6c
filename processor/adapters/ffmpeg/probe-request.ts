import type { MediaLimits } from "../../media/source/limits.ts";
import type { MediaTools } from "./launch.ts";

export type ProbeRequest = {
  /** Absolute path of a local file. */
  readonly sourcePath: string;
  readonly tools: MediaTools;
  readonly signal: AbortSignal;
  /** For each of the passes over the file; else it goes by the size of the file. */
  readonly timeoutSeconds?: number;
  readonly limits?: MediaLimits;
  /** Only the sound is converted. */
  readonly soundOnly?: boolean;
};
