import type { VideoPostSummary } from "../../../client/index.ts";
import { Badge, type Tone } from "../../components/badge.tsx";

export type PostStatus = VideoPostSummary["status"];

const SHOWN: Readonly<Record<PostStatus, { readonly label: string; readonly tone: Tone }>> = {
  DRAFT: { label: "Draft", tone: "quiet" },
  TRANSCODING: { label: "Processing", tone: "busy" },
  TRANSCODE_FAILED: { label: "Failed", tone: "bad" },
  PROCESSING_CANCELLED: { label: "Cancelled", tone: "quiet" },
  PENDING_AUDIT: { label: "Waits for review", tone: "waiting" },
  PUBLISHED: { label: "Published", tone: "good" },
  REJECTED: { label: "Rejected", tone: "bad" },
  DELETED: { label: "Deleted", tone: "quiet" },
};

export function postStatusLabel(status: PostStatus): string {
  return SHOWN[status].label;
}

export function PostStatusBadge({ status }: { readonly status: PostStatus }) {
  const { label, tone } = SHOWN[status];
  return <Badge tone={tone}>{label}</Badge>;
}
