import { refuse } from "../refusal.ts";

export const COPY_PROTECTED = refuse(
  "protected-content",
  "The file is copy-protected (encrypted media). Upload a copy without protection.",
);
