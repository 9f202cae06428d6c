import { type RouteDefinition, routeOf } from "../../../edge/api/definition.ts";
import { DEFINITIONS } from "../../../edge/api/definitions/all.ts";
import type { Scope } from "../../../shared/domain/access/scope.ts";

/**
 * What a route requires of its caller. Values that begin with a colon are filled in by the suite (route-samples.ts), in
 * bodies and queries as in paths.
 */
export type AuthMethod =
  /** Anybody. Credentials are not looked at. */
  | { readonly kind: "open" }
  /** Anybody. A caller who brings a viewer's JWT must bring a good one; `body` is one that gets that far. */
  | { readonly kind: "viewer"; readonly body: Readonly<Record<string, unknown>> }
  /** `?token=` of this video. `beyond` leads to something that the token is not for, which is refused with `code`. */
  | {
      readonly kind: "playback-token";
      readonly query?: string;
      readonly beyond: Readonly<Record<string, string>>;
      readonly code: string;
    }
  /** The token of a play session, in a header or a body. */
  | { readonly kind: "session-token" }
  /** An administrator or a site that holds this scope. */
  | { readonly kind: "scope"; readonly scope: Scope }
  /** An administrator or a site, with any scope. */
  | { readonly kind: "caller" }
  /** The token of an upload, in the query. */
  | { readonly kind: "upload-token" }
  | { readonly kind: "processor" }
  /** The credential of the work order of the job in the path. */
  | { readonly kind: "lease" };

const open: AuthMethod = { kind: "open" };

/** What is described by hand: pages, media, and the uploads of tus. `METHOD path` as it is registered. */
const BY_HAND: Readonly<Record<string, AuthMethod>> = {
  "GET /": open,
  "GET /console": open,
  "GET /console/*": open,
  "GET /healthz": open,
  "GET /watch/:videoPostId/:fileIndex{[0-9]{1,6}}": open,
  "GET /watch/*": open,
  "GET /embed/:videoPostId/:fileIndex{[0-9]{1,6}}": open,
  "GET /oembed": open,
  "GET /video/enc/videoResource/:videoPostId/:fileIndex/master.m3u8": {
    kind: "playback-token",
    beyond: { videoPostId: ":otherVideoPostId" },
    code: "token-for-other-video",
  },
  "GET /video/enc/videoResource/:videoPostId/:fileIndex/:rendition/index.m3u8": {
    kind: "playback-token",
    beyond: { rendition: "1080p" },
    code: "quality-not-allowed",
  },
  "GET /video/enc/videoResource/:videoPostId/:fileIndex/:text/captions.vtt": {
    kind: "playback-token",
    beyond: { videoPostId: ":otherVideoPostId" },
    code: "token-for-other-video",
  },
  "GET /video/enc/videoResource/:videoPostId/:fileIndex/chapters.vtt": {
    kind: "playback-token",
    beyond: { videoPostId: ":otherVideoPostId" },
    code: "token-for-other-video",
  },
  "GET /video/enc/videoResource/:videoPostId/:fileIndex/chapters.json": {
    kind: "playback-token",
    beyond: { videoPostId: ":otherVideoPostId" },
    code: "token-for-other-video",
  },
  "GET /video/enc/videoResource/:videoPostId/:fileIndex/:image{poster\\.jpg|storyboard.+}": {
    kind: "playback-token",
    beyond: { videoPostId: ":otherVideoPostId" },
    code: "token-for-other-video",
  },
  // Public while every quality is: playback/images.test.ts.
  "GET /video/enc/images/:videoPostId/:fileIndex/:imagesId/:name": open,
  "GET /video/enc/key": {
    kind: "playback-token",
    query: "keyId=:keyId&quality=:quality",
    beyond: { quality: "1080p" },
    code: "quality-not-allowed",
  },
  // An anonymous viewer without a token: encoder/proxy.test.ts.
  "GET /m3u8-encoder/api/v2/proxy/:jobId": open,
  "GET /m3u8-encoder/api/v2/proxy/:jobId/:variant/index.m3u8": open,
  "GET /m3u8-encoder/api/v2/proxy/:jobId/:variant/:segment": open,
  // Ciphertext.
  "GET /video/enc/segments/:key{.+\\.ts}": open,
  // OPTIONS alone is for anybody.
  "ALL /api/v2/uploads/*": { kind: "scope", scope: "posts:write" },
  // An upload token in the query: upload-tokens.test.ts.
  "ALL /api/v2/token-uploads/*": { kind: "upload-token" },
};

function authMethodOf({ access }: RouteDefinition): AuthMethod {
  switch (access.kind) {
    case "open":
      return open;
    case "viewer":
      return { kind: "viewer", body: { videoPostId: ":videoPostId", fileIndex: 0 } };
    case "session":
      return { kind: "session-token" };
    case "scope":
      return { kind: "scope", scope: access.scope };
    case "caller":
      return { kind: "caller" };
    case "processor":
      return { kind: "processor" };
    case "job":
      return { kind: "lease" };
    default:
      return access satisfies never;
  }
}

/**
 * Every route of the Worker, as it is registered (`METHOD path`), and how it authenticates. The suite fails for a route that is not
 * here, and for one that is here and not registered.
 */
export const ROUTE_TABLE: Readonly<Record<string, AuthMethod>> = {
  ...BY_HAND,
  ...Object.fromEntries(DEFINITIONS.map((definition) => [routeOf(definition), authMethodOf(definition)])),
};
