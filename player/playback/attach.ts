import { requestGrant } from "../grant/request-grant.ts";
import type { AttachOptions } from "./attach-options.ts";
import { PlayerController } from "./player-controller.ts";

export type { Grant, Part } from "../grant/grant.ts";
export type { AttachOptions } from "./attach-options.ts";
export type { PlayerController as Player } from "./player-controller.ts";
export type { PlayerError, PlayerEvents, QualityChoice } from "./player-events.ts";

/** Plays a part in a video element, and keeps playing it: docs/player.md. */
export function attach(video: HTMLVideoElement, options: AttachOptions): PlayerController {
  const { part, server = "", viewerToken, grant } = options;
  const stop = new AbortController();
  const ask =
    options.onTokenNeeded ?? (part && (async () => requestGrant(server, part, await viewerToken?.(), stop.signal)));
  if (ask === undefined && grant === undefined) throw new TypeError("attach needs a grant, onTokenNeeded or a part");
  return new PlayerController(video, { ...options, server, ask, stop });
}
