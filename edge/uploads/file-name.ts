import { singleLine } from "../../shared/application/plain-text.ts";

/** `filename` in the metadata of an upload: with an upload token it becomes the name of the part. */
export const fileNameSchema = singleLine(255).optional();
