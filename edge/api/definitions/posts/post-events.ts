import { defineRoute } from "../../definition.ts";
import { READ } from "./posts.ts";

export const streamVideoPostEvents = defineRoute({
  method: "GET",
  path: "/api/v2/video-posts/{videoPostId}/events",
  operationId: "streamVideoPostEvents",
  tag: "Posts",
  summary: "Streams the changes of a post and the progress of its jobs (server-sent events)",
  access: READ,
  responses: {
    200: { description: "`connected`, then `post-changed` and `job-progress`", files: ["text/event-stream"] },
  },
  problems: ["not-found", "deleted", "too-many-requests", "unavailable"],
  head: false,
});
