import { type Browser, chromium } from "playwright-core";

/**
 * Those of Playwright's list that matter here, which this one replaces, and the processes that Chromium starts beside
 * those of the tests: two a window below its address bar, and an empty one for the next page.
 */
const FEATURES_LEFT_OUT = [
  "SpareRendererForSitePerProcess",
  ...["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "AimEnabled", "PreconnectToSearch", "NetworkTimeServiceQuerying"],
  ...["HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "MediaRouter", "OptimizationHints", "PaintHolding"],
].join(",");

const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
  `--disable-features=${FEATURES_LEFT_OUT}`,
];

/** A Chromium that decodes H.264 and AAC: the one that `npm test` has found, or Debian's. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium", args: ARGUMENTS });
}
