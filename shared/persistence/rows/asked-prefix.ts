import { ownerOfPrefix } from "../../domain/job-outcomes/prefix-owner.ts";

/** What the name of a prefix says about its owner, by which a statement finds its rows. */
export type AskedPrefix = {
  readonly prefix: string;
  readonly uploadId: string | null;
  readonly posterId: string | null;
  readonly transcodeJobId: string | null;
  readonly keyVersion: number | null;
  readonly isImport: boolean;
  /** Whose captions they are. */
  readonly captionsOf: string | null;
};

export function askedPrefix(prefix: string): AskedPrefix {
  const none = { uploadId: null, posterId: null, transcodeJobId: null, keyVersion: null, captionsOf: null };
  const asked = { prefix, ...none, isImport: false };
  const owner = ownerOfPrefix(prefix);
  switch (owner?.kind) {
    case "upload":
      return { ...asked, uploadId: owner.uploadId };
    case "poster":
      return { ...asked, posterId: owner.posterId };
    case "import":
      return { ...asked, isImport: true };
    case "captions":
      return { ...asked, captionsOf: owner.videoPostId };
    case "clear":
      return { ...asked, transcodeJobId: owner.transcodeJobId };
    case "encrypted":
      return { ...asked, transcodeJobId: owner.transcodeJobId, keyVersion: owner.keyVersion };
    case undefined:
      return asked;
    default:
      return owner satisfies never;
  }
}
