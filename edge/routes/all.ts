import type { Route } from "../api/route.ts";
import type { Context } from "../context.ts";
import { apiKeyRoutes } from "./admin/api-keys.ts";
import { auditRoutes } from "./admin/audit.ts";
import { callerRoutes } from "./admin/caller.ts";
import { adminKeyRoutes } from "./admin/content-keys.ts";
import { diagnosticsRoutes } from "./admin/diagnostics.ts";
import { importRoutes } from "./admin/imports.ts";
import { lookUpTokenRoutes } from "./admin/look-up-token.ts";
import { overviewRoutes } from "./admin/overview.ts";
import { policyRoutes } from "./admin/quality-auth.ts";
import { rekeyRoutes } from "./admin/rekey.ts";
import { revokeRoutes } from "./admin/revoke.ts";
import { rewrapRoutes } from "./admin/rewrap.ts";
import { rotateRoutes } from "./admin/rotate.ts";
import { rotationRoutes } from "./admin/rotations.ts";
import { adminTokenRoutes } from "./admin/tokens.ts";
import { viewerRecordRoutes } from "./admin/viewers.ts";
import { webhookDeliveryRoutes } from "./admin/webhook-deliveries.ts";
import { webhookRoutes } from "./admin/webhooks.ts";
import { encoderJobChangeRoutes } from "./encoder/change-jobs.ts";
import { encoderEventRoutes } from "./encoder/events.ts";
import { encoderJobRoutes } from "./encoder/jobs.ts";
import { encoderListRoutes } from "./encoder/lists.ts";
import { encoderWebhookRoutes } from "./encoder/webhook-secret.ts";
import { directProcessorRoutes } from "./internal/direct-processors.ts";
import { garbageRoutes } from "./internal/garbage.ts";
import { internalJobRoutes } from "./internal/jobs.ts";
import { leaseRoutes } from "./internal/leases.ts";
import { rewardRoutes } from "./library/rewards.ts";
import { videoRoutes } from "./library/videos.ts";
import { demoTokenRoutes } from "./pages/demo-viewer-token.ts";
import { sessionRoutes } from "./playback/play-session.ts";
import { viewerTokenRoutes } from "./playback/viewer-token.ts";
import { captionRoutes } from "./posts/captions.ts";
import { chapterRoutes } from "./posts/chapters.ts";
import { copiedUploadRoutes } from "./posts/copied-uploads.ts";
import { interactionRoutes } from "./posts/interaction.ts";
import { jobRoutes } from "./posts/jobs.ts";
import { launchRoutes } from "./posts/launches.ts";
import { multipartUploadRoutes } from "./posts/multipart-uploads.ts";
import { partKeyRoutes } from "./posts/part-keys.ts";
import { partRoutes } from "./posts/parts.ts";
import { postEventRoutes } from "./posts/post-events.ts";
import { postReviewRoutes } from "./posts/post-review.ts";
import { posterRoutes } from "./posts/posters.ts";
import { uploadTokenRoutes } from "./posts/upload-tokens.ts";
import { videoPostRoutes } from "./posts/video-posts.ts";

/** Every route that is mounted from its definition. */
export const DEFINED_ROUTES: readonly Route<Context>[] = [
  ...viewerTokenRoutes,
  ...demoTokenRoutes,
  ...sessionRoutes,
  ...adminTokenRoutes,
  ...policyRoutes,
  ...revokeRoutes,
  ...lookUpTokenRoutes,
  ...videoPostRoutes,
  ...multipartUploadRoutes,
  ...copiedUploadRoutes,
  ...uploadTokenRoutes,
  ...postReviewRoutes,
  ...postEventRoutes,
  ...interactionRoutes,
  ...videoRoutes,
  ...rewardRoutes,
  ...partRoutes,
  ...captionRoutes,
  ...chapterRoutes,
  ...posterRoutes,
  ...jobRoutes,
  ...launchRoutes,
  ...overviewRoutes,
  ...encoderJobRoutes,
  ...encoderJobChangeRoutes,
  ...encoderListRoutes,
  ...encoderWebhookRoutes,
  ...encoderEventRoutes,
  ...partKeyRoutes,
  ...rotateRoutes,
  ...rewrapRoutes,
  ...adminKeyRoutes,
  ...rotationRoutes,
  ...importRoutes,
  ...rekeyRoutes,
  ...webhookRoutes,
  ...webhookDeliveryRoutes,
  ...apiKeyRoutes,
  ...callerRoutes,
  ...auditRoutes,
  ...viewerRecordRoutes,
  ...diagnosticsRoutes,
  ...internalJobRoutes,
  ...leaseRoutes,
  ...directProcessorRoutes,
  ...garbageRoutes,
];

/** Those that the settings enable. */
export function definedRoutes({ settings }: Pick<Context, "settings">): readonly Route<Context>[] {
  return DEFINED_ROUTES.filter(({ definition: { onlyWith } }) => !onlyWith || settings[onlyWith] === "enabled");
}
