/** What the outside world is told of a post. Only the root publishes; delivery is through the outbox. */
export type DomainEvent =
  | { readonly type: "VideoAuditPassed"; readonly auditedBy: string; readonly uploadIds: readonly string[] }
  /** An imported part has keys of its own: what it was made from is not needed any more. */
  | { readonly type: "SingleKeyContentMigrated"; readonly prefixes: readonly string[] }
  /** A part plays another version. The keys of the one before are given out until `keysEnd`, in ms. */
  | { readonly type: "PlayedVersionReplaced"; readonly prefix: string; readonly keysEnd: number }
  | { readonly type: "VideoAuditRejected"; readonly auditedBy: string; readonly reason: string }
  | { readonly type: "VideoPostDeleted"; readonly prefixes: readonly string[]; readonly uploadIds: readonly string[] };
