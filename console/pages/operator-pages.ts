import { apiKeysRoute } from "./api-keys/route.ts";
import { auditRoute } from "./audit/route.ts";
import { diagnosticsRoute } from "./diagnostics/route.ts";
import { jobRoute, jobsRoute } from "./jobs/routes.ts";
import { launchesRoute } from "./launches/route.ts";
import { overviewRoute } from "./overview/route.ts";
import { deliveryRoute, webhookRoute, webhooksRoute } from "./webhooks/routes.ts";

export const OPERATOR_ROUTES = [
  overviewRoute,
  jobsRoute,
  jobRoute,
  launchesRoute,
  webhooksRoute,
  webhookRoute,
  deliveryRoute,
  apiKeysRoute,
  auditRoute,
  diagnosticsRoute,
] as const;
