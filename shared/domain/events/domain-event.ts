import type { AnnouncedEvent, WithPoster } from "./announced-event.ts";

/** What a change of a post raises. Only the root raises events. */
export type NewEvent =
  | AnnouncedEvent
  /** `uploadIds`: of earlier releases, which raised no `UploadsReleased`. */
  | { readonly type: "VideoAuditPassed"; readonly auditedBy: string; readonly uploadIds?: readonly string[] }
  | { readonly type: "VideoAuditRejected"; readonly auditedBy: string; readonly reason: string }
  /** Milliseconds. */
  | {
      readonly type: "VideoPostPublished";
      readonly publishedAt: number;
      /** The first part with a poster that anybody may see. */
      readonly posterOf?: { readonly fileIndex: number; readonly poster: string };
    }
  /** By a rejection or a withdrawal; a deletion raises `VideoPostDeleted` instead. */
  | { readonly type: "VideoPostUnpublished" }
  | {
      readonly type: "VideoPostInteractionChanged";
      readonly interaction: { readonly comments: boolean; readonly liveComments: boolean };
    }
  /** What the library shows of a published post has changed; interaction has the event above. */
  | { readonly type: "PublishedVideoChanged" }
  /** No part needs these uploads any more: theirs play in a published post, or are gone. */
  | { readonly type: "UploadsReleased"; readonly uploadIds: readonly string[] }
  /** Texts of captions that were replaced or deleted. */
  | { readonly type: "CaptionTextsReleased"; readonly prefixes: readonly string[] }
  /** An imported part has its own keys; its imported segments are no longer needed. */
  | { readonly type: "SingleKeyContentMigrated"; readonly prefixes: readonly string[] }
  /** A part plays another version. Keys of the old one are served until `keysEnd`, in ms. */
  | { readonly type: "PlayedVersionReplaced"; readonly prefix: string; readonly keysEnd: number }
  /** An editor's own poster is used no more. */
  | { readonly type: "PosterReplaced"; readonly prefixes: readonly string[] }
  /** A cancelled job of the encoder API leaves no renditions. */
  | { readonly type: "ClearRenditionsDropped"; readonly prefixes: readonly string[] }
  | { readonly type: "VideoPartAdded"; readonly fileIndex: number }
  /** A source is in progress that will replace what plays. */
  | { readonly type: "VideoPartReplacementRequested"; readonly fileIndex: number }
  /** The part plays its new source. Of the old one only what plays until its keys end is still needed. */
  | ({ readonly type: "VideoPartReplaced" } & PartLeftovers & WithPoster)
  /** A source was given up before it played. */
  | ({ readonly type: "VideoPartSourceDiscarded" } & PartLeftovers)
  | ({ readonly type: "VideoPartRemoved" } & PartLeftovers)
  /** In their new order. */
  | { readonly type: "VideoPartsReordered"; readonly fileIndexes: readonly number[] }
  | { readonly type: "VideoPostDeleted"; readonly prefixes: readonly string[]; readonly uploadIds: readonly string[] };

/** Of a part: the objects that nothing needs any more. */
export type PartLeftovers = {
  readonly fileIndex: number;
  readonly prefixes: readonly string[];
  readonly uploadIds: readonly string[];
};

export type EventIdentity = {
  /** Unique to the event and equal in every delivery. */
  readonly id: string;
  readonly videoPostId: string;
  /** The version that the save made. */
  readonly version: number;
  /** Time of the save, in ms. */
  readonly at: number;
};

/** An event as it is saved with its change and delivered at least once. */
export type DomainEvent = NewEvent & EventIdentity;

export type SaveIdentity = { readonly videoPostId: string; readonly version: number; readonly at: number };

/** Derived from the save, so an event that an earlier release saved without an id gets the same one each time. */
export function identifyEvents(
  { videoPostId, version, at }: SaveIdentity,
  events: readonly (NewEvent | DomainEvent)[],
): readonly DomainEvent[] {
  return events.map((event, index) => ({
    id: `${videoPostId}.${version}.${index}`,
    videoPostId,
    version,
    at,
    ...event,
  }));
}
