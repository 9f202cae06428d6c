import type { RouteDefinition } from "../definition.ts";
import * as apiKeys from "./admin/api-keys.ts";
import * as audit from "./admin/audit.ts";
import * as caller from "./admin/caller.ts";
import * as diagnostics from "./admin/diagnostics.ts";
import * as imports from "./admin/imports.ts";
import * as keys from "./admin/keys.ts";
import * as overview from "./admin/overview.ts";
import * as rotations from "./admin/rotations.ts";
import * as tokens from "./admin/tokens.ts";
import * as viewers from "./admin/viewers.ts";
import * as webhooks from "./admin/webhooks.ts";
import * as encoder from "./encoder/encoder.ts";
import * as encoderEvents from "./encoder/encoder-events.ts";
import * as directProcessors from "./internal/direct-processors.ts";
import * as processors from "./internal/processors.ts";
import * as library from "./library/library.ts";
import * as playback from "./playback/playback.ts";
import * as captions from "./posts/captions.ts";
import * as chapters from "./posts/chapters.ts";
import * as jobs from "./posts/jobs.ts";
import * as launches from "./posts/launches.ts";
import * as partKeys from "./posts/part-keys.ts";
import * as parts from "./posts/parts.ts";
import * as postEvents from "./posts/post-events.ts";
import * as postReview from "./posts/post-review.ts";
import * as posters from "./posts/posters.ts";
import * as posts from "./posts/posts.ts";
import * as uploadTokens from "./posts/upload-tokens.ts";
import * as uploads from "./posts/uploads.ts";

const MODULES = [
  ...[
    playback,
    tokens,
    posts,
    parts,
    posters,
    captions,
    chapters,
    postReview,
    postEvents,
    library,
    uploads,
    uploadTokens,
    jobs,
    launches,
    overview,
    encoder,
    encoderEvents,
    partKeys,
    keys,
    rotations,
  ],
  ...[imports, webhooks, apiKeys, caller, audit, viewers, diagnostics, processors, directProcessors],
];

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Every definition, in the order of the documentation. */
export const DEFINITIONS: readonly RouteDefinition[] = MODULES.flatMap((module) =>
  Object.values(module)
    .filter((value): value is RouteDefinition => "operationId" in value)
    .toSorted((a, b) => a.path.localeCompare(b.path, "en") || METHODS.indexOf(a.method) - METHODS.indexOf(b.method)),
);
