import { z } from "zod";
import {
  importedPostFields,
  importIdSchema,
  MOST_PARTS,
  qualityNameSchema,
  wrongQuality,
} from "../../shared/application/protocols/import-protocol.ts";
import { QUALITIES, type Quality } from "../../shared/domain/quality/quality.ts";

/* What `ladderlock import` reads; docs/migrating.md describes it. */

const KEY_HEX = /^[0-9a-fA-F]{32}$/;

/** A path, from the manifest's folder, or an https address. */
const playlist = z.string().trim().min(1).max(2000);

const playlists = z.partialRecord(qualityNameSchema, playlist, {
  error: `must name qualities, which are ${QUALITIES.join(", ")}`,
});

const partSchema = z
  .strictObject({
    fileName: z.string().trim().min(1).max(255).optional(),
    key: z
      .string()
      .regex(KEY_HEX, { error: "must be 32 hexadecimal digits: the 16 bytes of an AES-128 key" })
      .optional(),
    /** A file of exactly 16 bytes. */
    keyFile: z.string().min(1).optional(),
    qualities: playlists.refine((named) => Object.keys(named).length > 0, { error: "names no quality" }),
    /** Clear renditions of some or all of them. */
    clear: playlists.optional(),
  })
  .refine(({ key, keyFile }) => (key === undefined) !== (keyFile === undefined), {
    error: "needs a key or a keyFile, and not both",
  })
  .refine(({ qualities, clear = {} }) => Object.keys(clear).every((quality) => quality in qualities), {
    error: "has clear renditions of a quality that is not among its qualities",
  });

const manifestSchema = z
  .strictObject({
    ...importedPostFields.shape,
    /** Left out, it is made of the manifest's own text. */
    importId: importIdSchema.optional(),
    parts: z.array(partSchema).min(1).max(MOST_PARTS),
  })
  .superRefine(({ resourceType, parts }, check) => {
    for (const [index, { qualities }] of parts.entries()) {
      const problem = wrongQuality(resourceType, Object.keys(qualities) as Quality[]);
      if (problem !== null) check.addIssue({ code: "custom", path: ["parts", index, "qualities"], message: problem });
    }
  });

export type Manifest = z.output<typeof manifestSchema>;
export type ManifestPart = Manifest["parts"][number];

export type ReadManifest =
  | { readonly kind: "manifest"; readonly manifest: Manifest }
  | { readonly kind: "wrong" /** A line each. */; readonly problems: readonly string[] };

/** The manifest in a JSON text, or everything that is wrong with it. Problems never repeat a value: one is a key. */
export function readManifest(text: string): ReadManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: "wrong", problems: ["it is not JSON"] };
  }
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) return { kind: "manifest", manifest: parsed.data };
  return {
    kind: "wrong",
    problems: parsed.error.issues.map(({ path, message }) => `${path.join(".") || "it"}: ${message}`),
  };
}
