import { expect, it } from "vitest";
import type { ContentKeys } from "../../../shared/application/protocols/job-protocol.ts";
import { base64UrlDecode } from "../../../shared/lib/base64.ts";
import { type SeededRandom, seededRandom } from "../../fixtures/seeded-random.ts";
import { importPost } from "../support/imported-post.ts";
import { type Isolate, startIsolate } from "../support/isolates.ts";
import { emptyQueue } from "../support/one-job.ts";
import { claim, encryptPost, publishPost, report, transcodeReport } from "../support/published-post.ts";
import { longTests } from "../support/test-env.ts";
import { anonymousToken, askKey, type Held, startSession } from "../support/viewing.ts";

/*
 * Whatever is published, rotated, replaced, re-keyed and withdrawn meanwhile, and whichever isolate a request reaches: a viewer who
 * is entitled is never refused.
 */

type Film = {
  readonly videoPostId: string;
  readonly fileIndex: number;
  /** By key version. */
  readonly versions: Map<number, ContentKeys>;
  isPublished: boolean;
};
/** A session with the keys that its playlists name. */
type Watching = { readonly film: Film; readonly keys: ContentKeys; held: Held };

const QUALITY = "360p";
/** Longer than the gap between two readings that requests want, up to beyond the period of freshness. */
const PASSING_MS = { shortest: 300, longest: 6000 };

/** GATE_FRESH_SECONDS, and more. */
const FRESH_MS = 5001;

/** After each deed. */
const REQUESTS = longTests ? 8 : 4;

class Theatre {
  readonly films: Film[] = [];
  readonly watching: Watching[] = [];
  readonly done: string[] = [];
  served = 0;
  private readonly editor: Isolate;
  private readonly isolates: readonly Isolate[];
  private readonly random: SeededRandom;

  constructor(seed: number) {
    this.random = seededRandom(seed);
    this.editor = startIsolate();
    this.isolates = [this.editor, startIsolate({}, 2500), startIsolate({}, -2500)];
  }

  one<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.random() * items.length)]!;
  }

  pass(): void {
    const ms = Math.floor(PASSING_MS.shortest + this.random() ** 3 * (PASSING_MS.longest - PASSING_MS.shortest));
    for (const isolate of this.isolates) isolate.pass(ms);
  }

  private published = () => this.films.filter((film) => film.isPublished);

  readonly deeds: Record<string, () => Promise<Film | null>> = {
    publish: async () => {
      const { videoPostId, keys } = await publishPost(this.editor, { title: `Film ${this.films.length}` });
      return this.add(videoPostId, keys);
    },
    "re-key": async () => {
      const videoPostId = await importPost(this.editor);
      await this.manage("/admin/video/enc/migrate", { videoPostId }, this.editor);
      const order = await claim(this.editor, videoPostId);
      await report(this.editor, order, "transcode-result", transcodeReport(["720p", QUALITY]));
      return this.add(videoPostId, await encryptPost(this.editor, videoPostId));
    },
    rotate: async () => {
      const film = this.one(this.published());
      await this.manage("/admin/video/enc/rotate", { videoPostId: film.videoPostId, fileIndex: 0 }, this.editor);
      const keys = await encryptPost(this.editor, film.videoPostId);
      film.versions.set(keys.keyVersion, keys);
      return film;
    },
    replace: async () => {
      const film = this.one(this.published());
      const path = `/api/v2/video-posts/${film.videoPostId}/parts/0/source`;
      const source = { sourceUrl: "https://origin.example/new.mp4", fileName: "new.mp4" };
      const response = await this.editor.admin("PUT", path, source);
      if (response.status !== 202) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      const order = await claim(this.editor, film.videoPostId);
      await report(this.editor, order, "transcode-result", transcodeReport(["720p", QUALITY]));
      const keys = await encryptPost(this.editor, film.videoPostId);
      film.versions.set(keys.keyVersion, keys);
      return film;
    },
    withdraw: async () => {
      const film = this.one(this.published());
      await this.manage(`/api/v2/video-posts/${film.videoPostId}/audit`, {
        result: "REJECTED",
        reason: "a second look",
      });
      film.isPublished = false;
      return null;
    },
    "publish again": async () => {
      const film = this.one(this.films.filter(({ isPublished }) => !isPublished));
      await this.manage(`/api/v2/video-posts/${film.videoPostId}/audit`, { result: "PASSED" });
      film.isPublished = true;
      return film;
    },
    "revoke somebody": async () => {
      const [{ held }] = this.watching.splice(Math.floor(this.random() * this.watching.length), 1) as [Watching];
      await this.manage("/admin/video/enc/revoke", { token: held.token });
      return null;
    },
    "revoke a part": async () => {
      const film = this.one(this.published());
      await this.manage("/admin/video/enc/revoke", { videoPostId: film.videoPostId, fileIndex: 0 });
      const others = this.watching.filter((viewer) => viewer.film !== film);
      this.watching.splice(0, Number.POSITIVE_INFINITY, ...others);
      // Until every isolate knows it, some issue tokens that are refused.
      for (const isolate of this.isolates) isolate.pass(FRESH_MS);
      return film;
    },
  };

  private add(videoPostId: string, keys: ContentKeys): Film {
    const film = { videoPostId, fileIndex: 0, versions: new Map([[keys.keyVersion, keys]]), isPublished: true };
    this.films.push(film);
    return film;
  }

  /** Jobs are due by the clock of the isolate that creates them; anything else may reach any isolate. */
  private async manage(path: string, body: unknown, isolate = this.one(this.isolates)): Promise<void> {
    const response = await isolate.admin("POST", path, body);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }

  /** Each request reaches another isolate. The playlists of a token are those of the version that its isolate knew. */
  async arrive(film: Film): Promise<void> {
    const token = await anonymousToken(this.one(this.isolates), film);
    const held = await startSession(this.one(this.isolates), film, token);
    const viewer = { film, keys: film.versions.get(claimsOf(token).v)!, held };
    await this.ask(viewer);
    this.watching.push(viewer);
  }

  async ask({ film, keys, held }: Watching): Promise<void> {
    const answer = await askKey(this.one(this.isolates), { keys }, held, QUALITY);
    expect(answer, `${film.videoPostId} after ${this.done.join(", ")}`).toBe("key");
    this.served++;
  }

  async refresh(viewer: Watching): Promise<void> {
    const headers = { authorization: `Bearer ${viewer.held.token}` };
    const response = await this.one(this.isolates).fetch("/video/enc/session", { method: "POST", headers });
    expect(response.status, `a refresh after ${this.done.join(", ")}`).toBe(200);
    viewer.held = await response.json();
  }

  async step(name: string): Promise<void> {
    this.pass();
    const deed = this.deeds[name]!;
    this.done.push(name);
    const played = await deed();
    // The first request after a publication may reach an isolate that has just refused it.
    if (played !== null) await this.arrive(played);
    const requests = Array.from({ length: REQUESTS }, () => this.random());
    for (const kind of requests) {
      if (this.random() < 0.3) this.pass();
      if (kind < 0.3) await this.arrive(this.one(this.published()));
      else if (this.watching.length > 0)
        await (kind < 0.4 ? this.refresh : this.ask).call(this, this.one(this.watching));
    }
  }

  possible(): string[] {
    const published = this.published().length;
    return Object.keys(this.deeds).filter((name) => {
      if (name === "rotate" || name === "replace" || name === "revoke a part") return published > 0;
      if (name === "withdraw") return published > 1;
      if (name === "publish again") return this.films.length > published;
      return name !== "revoke somebody" || this.watching.length > 3;
    });
  }
}

function claimsOf({ token }: Held): { readonly v: number } {
  return JSON.parse(new TextDecoder().decode(base64UrlDecode(token.split(".")[1]!)));
}

const FIRST = ["publish", "re-key", "rotate", "replace", "withdraw", "publish again", "revoke a part", "rotate"];

it.each(longTests ? [1, 2, 3, 4, 5] : [1])(
  "plays for every entitled viewer, whichever isolate is asked: seed %i",
  async (seed) => {
    await emptyQueue();
    const theatre = new Theatre(seed);
    for (const name of FIRST) await theatre.step(name);
    for (let n = 0; n < (longTests ? 60 : 1); n++) await theatre.step(theatre.one(theatre.possible()));
    expect(theatre.served).toBeGreaterThan(2 * theatre.done.length);
  },
);
