/**
 * The allowed imports: the rules of the architecture, and the only place where they are written as data. A layer is a
 * folder; its code imports from itself, from the layers in `may`, and the packages in `packages`.
 */
export type Layer = { readonly may: readonly string[]; readonly packages: readonly RegExp[] };

const SHARED = [
  "shared/lib",
  "shared/domain",
  "shared/hls",
  "shared/webvtt",
  "shared/playback-token",
  "shared/key-vault",
  "shared/application",
  "shared/persistence",
];

export const LAYERS: Readonly<Record<string, Layer>> = {
  "shared/lib": { may: [], packages: [/^uuid$/, /^ipaddr\.js$/] },
  "shared/domain": { may: ["shared/lib"], packages: [] },
  "shared/hls": { may: ["shared/lib"], packages: [] },
  "shared/webvtt": { may: [], packages: [] },
  "shared/playback-token": { may: ["shared/lib"], packages: [/^zod$/] },
  "shared/key-vault": { may: ["shared/lib"], packages: [] },
  "shared/application": {
    may: ["shared/lib", "shared/domain", "shared/playback-token", "shared/key-vault"],
    packages: [/^zod$/],
  },
  "shared/persistence": {
    may: ["shared/lib", "shared/domain", "shared/application"],
    packages: [/^drizzle-orm/, /^pg$/],
  },
  /** What other programs call the service with: it takes nothing of the rest along. */
  client: { may: [], packages: [] },
  /** The console at /console: it runs in a browser and knows the service by its API alone. */
  console: {
    may: ["client", "player"],
    packages: [
      /^react$/,
      /^react-dom\/client$/,
      /^@tanstack\/react-(?:query|router|virtual)$/,
      /^react-aria-components$/,
      /^@uppy\/(?:core|tus)$/,
      /^recharts$/,
      /^hls\.js$/,
    ],
  },
  /** What sites embed. It takes nothing of the Worker along. */
  player: { may: ["client"], packages: [/^hls\.js$/, /^react$/] },
  /** As sites have it from npm. */
  examples: {
    may: [],
    packages: [/^ladderlock\//, /^react$/, /^react-dom\/client$/, /^node:(?:http|fs\/promises)$/],
  },
  edge: {
    may: [...SHARED, "client", "player"],
    packages: [
      /^hono/,
      /^zod$/,
      /^jose$/,
      /^@tus\/server$/,
      /^aws4fetch$/,
      /^hls\.js$/,
      /^cloudflare:workers$/,
      /^node:zlib$/,
    ],
  },
  /** The program `ladderlock`. */
  cli: {
    may: [...SHARED, "client", "processor"],
    packages: [/^node:/, /^zod$/, /^commander$/, /^tus-js-client$/],
  },
  /** The Worker that starts containers on Cloudflare. */
  "infra/cloudflare-containers": { may: ["edge"], packages: [/^cloudflare:workers$/, /^zod$/] },
  processor: {
    may: [...SHARED, "client"],
    packages: [/^node:/, /^zod$/, /^pino$/, /^node-cron$/, /^@aws-sdk\//, /^fluent-ffmpeg$/, /^prom-client$/],
  },
};

/** Data that any layer may import: the release, and the names of its migrations. */
export const DATA: readonly string[] = [
  "package.json",
  "migrations/d1/meta/_journal.json",
  "migrations/pg/meta/_journal.json",
];

/** What starts, measures and tests the rest: free to use all of it, and used by none of it. */
export const OUTSIDE = ["scripts", "bench", "infra", "test"];

/**
 * One function implements Persistence for each database: nothing else of its folder is imported from outside, and what
 * ships imports it only where the application is wired.
 */
export const ADAPTERS: readonly {
  readonly folder: string;
  readonly entries: readonly string[];
  readonly wiredIn: readonly string[];
}[] = [
  {
    folder: "shared/persistence/d1/",
    entries: ["persistence", "transfer/read-sqlite", "transfer/insert-statements"].map(
      (name) => `shared/persistence/d1/${name}.ts`,
    ),
    wiredIn: ["edge/database.ts", "cli/database/"],
  },
  {
    folder: "shared/persistence/pg/",
    entries: [
      "persistence",
      "clients",
      "listen",
      "process-database",
      "migrations/migrate",
      "transfer/write-postgres",
      "transfer/tables",
      "database",
    ].map((name) => `shared/persistence/pg/${name}.ts`),
    wiredIn: ["edge/database.ts", "processor/cli/", "cli/"],
  },
];

/** Routes that parse, call the job service and map its outcome: what they decide themselves, no other caller could use. */
export const THIN_ROUTES: readonly string[] = ["edge/routes/internal/jobs.ts", "edge/routes/internal/garbage.ts"];

/** Folders that few others may import: the Worker is what the client calls, and only its page is a client. */
export const CONFINED_FOLDERS: readonly { readonly folder: string; readonly within: string; readonly to: string }[] = [
  { folder: "client/", within: "edge/", to: "edge/watch/client/" },
  { folder: "player/", within: "edge/", to: "edge/watch/client/" },
];

/** Packages that few files may know, so that each can be replaced in one place. */
export const CONFINED: readonly { readonly name: RegExp; readonly within: string; readonly to: readonly string[] }[] = [
  // Archived upstream: nothing but its adapter may know it.
  { name: /^fluent-ffmpeg$/, within: "", to: ["processor/adapters/ffmpeg/"] },
  // The rest of the code knows the database by the ports of shared/application. The rows are the same in every dialect.
  { name: /^drizzle-orm/, within: "", to: ["shared/persistence/d1/", "shared/persistence/pg/"] },
  { name: /^pg$/, within: "", to: ["shared/persistence/pg/clients.ts", "shared/persistence/pg/listen.ts"] },
  { name: /^@aws-sdk\//, within: "processor/", to: ["processor/adapters/object-store.ts"] },
  { name: /^commander$/, within: "", to: ["cli/command-line.ts", "cli/definitions/", "cli/completion/"] },
  { name: /^ipaddr\.js$/, within: "", to: ["shared/lib/public-address.ts"] },
  { name: /^node-cron$/, within: "", to: ["processor/cli/", "processor/config/config.ts"] },
  { name: /^prom-client$/, within: "", to: ["processor/monitoring/"] },
  { name: /^@tus\/server$/, within: "", to: ["edge/routes/posts/uploads.ts", "edge/uploads/r2-tus-store.ts"] },
  {
    name: /^aws4fetch$/,
    within: "",
    to: ["edge/uploads/part-addresses.ts", "edge/launchers/aws-batch/batch-request.ts"],
  },
  // Tokens of other people's issuers; our own are signed and verified by shared/playback-token.
  { name: /^jose$/, within: "", to: ["edge/auth/viewers/"] },
  { name: /^hls\.js$/, within: "edge/", to: ["edge/watch/client/"] },
  // The Worker needs nodejs_compat for these, so each is named.
  { name: /^node:/, within: "edge/", to: ["edge/playlist-template/gzip-splice.ts"] },
  { name: /^cloudflare:/, within: "edge/", to: ["edge/durable-objects/", "edge/gate/play-counter.ts"] },
];
