import type Hls from "hls.js";
import type { HlsConfig } from "hls.js";
import type { Grant, Part } from "../grant/grant.ts";
import type { Refusal } from "../session/problem.ts";

export type AttachOptions = {
  /** The class of hls.js, from wherever the site has it. Without it only the browser's own HLS plays. */
  readonly Hls?: typeof Hls | undefined;
  /** The origin of the service, such as https://video.example; the page's own if absent. */
  readonly server?: string | undefined;
  /** The part to play as an anonymous viewer, or as the viewer of `viewerToken`, by the policies of its qualities. */
  readonly part?: Part | undefined;
  /** The JWT of the site's viewer, for `part`. */
  readonly viewerToken?: (() => string | undefined | Promise<string | undefined>) | undefined;
  /** A token that the site has already; otherwise the first one comes from `onTokenNeeded` or `part`. */
  readonly grant?: Grant | undefined;
  /**
   * Requests a token from the site: at the start, with null, and where the session is over, with the refusal. Replaces
   * `part`.
   */
  readonly onTokenNeeded?: ((refusal: Refusal | null) => Promise<Grant>) | undefined;
  /** The quality to start with; null for automatic. */
  readonly quality?: string | null | undefined;
  /** Of hls.js. */
  readonly hlsConfig?: Partial<HlsConfig> | undefined;
};
