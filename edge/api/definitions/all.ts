import type { RouteDefinition } from "../definition.ts";
import * as apiKeys from "./api-keys.ts";
import * as audit from "./audit.ts";
import * as caller from "./caller.ts";
import * as captions from "./captions.ts";
import * as chapters from "./chapters.ts";
import * as diagnostics from "./diagnostics.ts";
import * as directProcessors from "./direct-processors.ts";
import * as encoder from "./encoder.ts";
import * as encoderEvents from "./encoder-events.ts";
import * as imports from "./imports.ts";
import * as jobs from "./jobs.ts";
import * as keys from "./keys.ts";
import * as launches from "./launches.ts";
import * as library from "./library.ts";
import * as overview from "./overview.ts";
import * as partKeys from "./part-keys.ts";
import * as parts from "./parts.ts";
import * as playback from "./playback.ts";
import * as postEvents from "./post-events.ts";
import * as postReview from "./post-review.ts";
import * as posters from "./posters.ts";
import * as posts from "./posts.ts";
import * as processors from "./processors.ts";
import * as rotations from "./rotations.ts";
import * as tokens from "./tokens.ts";
import * as uploadTokens from "./upload-tokens.ts";
import * as uploads from "./uploads.ts";
import * as viewers from "./viewers.ts";
import * as webhooks from "./webhooks.ts";

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
