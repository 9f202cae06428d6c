import type { LaunchRate } from "../../shared/domain/job/job-launch.ts";
import type { LaunchPlatform } from "./launcher.ts";

/** The platforms' own limits. Fly creates one Machine a second for an app, three at once. */
const RATES: { readonly [platform in LaunchPlatform]?: LaunchRate } = {
  "fly-machines": { intervalMs: 1000, burst: 3 },
};

export function launchRateOf(platform: LaunchPlatform): LaunchRate | null {
  return RATES[platform] ?? null;
}
