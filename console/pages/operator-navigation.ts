import type { NavigationEntry } from "../shell/navigation.ts";

export const OPERATOR_NAVIGATION: readonly NavigationEntry[] = [
  { to: "/overview", label: "Overview", scope: "posts:read" },
  { to: "/jobs", label: "Jobs", scope: "posts:read" },
  { to: "/launches", label: "Launches", scope: "posts:read" },
  { to: "/webhooks", label: "Webhooks", scope: "webhooks:manage" },
  { to: "/api-keys", label: "API keys", scope: "admin" },
  { to: "/audit", label: "Audit log", scope: "audit:read" },
  { to: "/diagnostics", label: "Diagnostics", scope: "admin" },
];
