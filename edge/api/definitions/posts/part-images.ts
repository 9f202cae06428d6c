import * as z from "zod";

const shown = { url: z.string().nullable(), width: z.int(), height: z.int() };

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
