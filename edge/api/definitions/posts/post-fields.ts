import * as z from "zod";
import { multipleLines, singleLine } from "../../../../shared/application/plain-text.ts";
import {
  bytesOf,
  METADATA_LIMITS,
  metadataProblem,
  PASSTHROUGH_BYTES,
} from "../../../../shared/domain/post/post-metadata.ts";

/* What a post has beside its parts, as requests send it. */

export const title = singleLine(200);
export const description = multipleLines(10_000);
export const interaction = z.strictObject({ comments: z.boolean(), liveComments: z.boolean() });
export const authorId = singleLine(200);

const entries = z.record(z.string(), multipleLines(METADATA_LIMITS.valueCharacters)).superRefine((given, check) => {
  const message = metadataProblem(given);
  if (message !== null) check.addIssue({ code: "custom", message });
});

/** zod leaves out a member named `__proto__`; no part of a request may be dropped silently. */
export const metadata = z.preprocess((given, check) => {
  if (typeof given === "object" && given !== null && Object.hasOwn(given, "__proto__")) {
    check.addIssue({ code: "custom", message: "must not have the name __proto__" });
  }
  return given;
}, entries);

export const passthrough = multipleLines(PASSTHROUGH_BYTES).refine(
  (text) => bytesOf(text) <= PASSTHROUGH_BYTES,
  `must have at most ${PASSTHROUGH_BYTES} bytes`,
);
