import * as z from "zod";

const shown = { url: z.string().nullable(), width: z.int(), height: z.int() };

/** The poster of the first part that has one, in lists of posts. */
export const listedPosterSchema = z.object({ fileIndex: z.int(), ...shown, candidate: z.int().nullable() }).meta({
  id: "ListedPoster",
  description:
    "`url`, relative to the Worker, is null unless anybody may see the poster; `getPartPoster` returns any. `candidate` is null for an image that an editor uploaded.",
});

export const imagesSchema = z
  .object({
    poster: z
      .object({ ...shown, candidate: z.int().nullable() })
      .nullable()
      .meta({ description: "`candidate` is null for an image that an editor uploaded." }),
    candidates: z.array(z.object({ number: z.int(), seconds: z.number(), ...shown })),
    storyboard: z
      .object({
        url: z.string().nullable(),
        jsonUrl: z.string().nullable(),
        tileWidth: z.int(),
        tileHeight: z.int(),
        columns: z.int(),
        tiles: z.int(),
        intervalSeconds: z.number(),
      })
      .nullable(),
  })
  .meta({
    id: "Images",
    description:
      "Addresses, relative to the Worker, are null unless the part is published and public in every quality.",
  });
