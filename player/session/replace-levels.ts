import type Hls from "hls.js";
import type { ErrorData, Events, Level } from "hls.js";
import { bodyOf, type Refusal, readRefusal } from "./problem.ts";
import { isSameMedia, tokenIn } from "./session-token-url.ts";

/** The multivariant playlist of a token was refused. */
export class MasterRefused extends Error {
  override readonly name = "MasterRefused";
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.title);
    this.refusal = refusal;
  }
}

/**
 * Gives hls.js the levels of another multivariant playlist, with its MediaSource, its buffer and its position as they
 * are: `loadSource` would empty the buffer. `adopt` gets the URL of the first level before anything is requested. False
 * where the levels cannot be exchanged: nothing is loaded yet, a refusal has stopped hls.js (it gives up the segment that it
 * unpacks, and cannot start again with the same level), the playlist is one of other segments (after a rotation), or a
 * level that stays would change its index, by which hls.js finds its segments in the buffer.
 */
export async function replaceLevels(hls: Hls, masterUrl: string, adopt: (levelUrl: string) => void): Promise<boolean> {
  if (hls.levels.length === 0) return false;
  const fresh = await readLevels(hls, masterUrl);
  if (!hls.loadingEnabled) return false;
  const before = hls.levels;
  const first = fresh[0]?.uri ?? "";
  if (!isSameMedia(tokenIn(first), tokenIn(before[0]?.uri ?? ""))) return false;
  const after = fresh.map((level) => before.find((one) => pathOf(one) === pathOf(level)) ?? level);
  const kept = after.filter((level) => before.includes(level));
  if (kept.length === 0 || kept.some((level) => after.indexOf(level) !== before.indexOf(level))) return false;
  adopt(first);
  exchange(hls, after, kept.length < before.length);
  return true;
}

function exchange(hls: Hls, levels: Level[], anyRemoved: boolean): void {
  // A segment of a removed level may be on its way. The next one is of another level.
  const isLoadingRemoved = anyRemoved && hls.loadLevel >= levels.length;
  if (isLoadingRemoved) hls.stopLoad();
  for (const level of levels) {
    level.loadError = 0;
    level.fragmentError = 0;
  }
  hls.trigger("hlsLevelsUpdated" as Events.LEVELS_UPDATED, { levels });
  if (!isLoadingRemoved) return;
  hls.loadLevel = -1;
  hls.nextLoadLevel = levels.length - 1;
  hls.startLoad();
}

/** By a second instance, which reads the playlist as the first one does and loads nothing else. */
async function readLevels(hls: Hls, masterUrl: string): Promise<readonly Level[]> {
  const Class = hls.constructor as typeof Hls;
  const reader = new Class({ ...hls.userConfig, autoStartLoad: false });
  try {
    return await new Promise((resolve, reject) => {
      reader.once("hlsManifestParsed" as Events.MANIFEST_PARSED, (_event, { levels }) => resolve(levels));
      reader.on("hlsError" as Events.ERROR, (_event, error) => error.fatal && reject(refusedBy(error)));
      reader.loadSource(masterUrl);
    });
  } finally {
    reader.destroy();
  }
}

function refusedBy({ response, networkDetails }: ErrorData): MasterRefused {
  return new MasterRefused(readRefusal(response?.code ?? 0, bodyOf(networkDetails)));
}

function pathOf({ uri }: Level): string {
  return new URL(uri).pathname;
}

/** Loads another multivariant playlist in the same player, at the same position and in the same state. */
export function reloadMaster(hls: Hls, masterUrl: string): void {
  const { media } = hls;
  const playing = media !== null && !media.paused && !media.ended;
  const position = media?.currentTime ?? 0;
  if (media !== null) hls.config.startPosition = position;
  const play = () => void media?.play().catch(() => {});
  // hls.js seeks once the first segment is loaded; playing earlier would show the beginning for a moment.
  if (playing && position > 0) media.addEventListener("seeked", play, { once: true });
  else if (playing) hls.once("hlsManifestParsed" as Events.MANIFEST_PARSED, play);
  hls.loadSource(masterUrl);
}
