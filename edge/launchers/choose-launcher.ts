import { awsBatchSettings } from "../settings/launchers/aws-batch-settings.ts";
import { cloudRunSettings } from "../settings/launchers/cloud-run-settings.ts";
import { flyMachinesSettings } from "../settings/launchers/fly-machines-settings.ts";
import { kubernetesSettings } from "../settings/launchers/kubernetes-settings.ts";
import { localLauncherSettings } from "../settings/launchers/local-launcher-settings.ts";
import type { Settings } from "../settings/settings.ts";
import { awsBatch } from "./aws-batch/aws-batch.ts";
import { cloudRun } from "./cloud-run/cloud-run.ts";
import { type CloudflareContainersDeps, cloudflareContainers } from "./cloudflare-containers/cloudflare-containers.ts";
import { flyMachines } from "./fly-machines/fly-machines.ts";
import { kubernetes } from "./kubernetes/kubernetes.ts";
import type { Launcher, LaunchPlatform } from "./launcher.ts";
import { local } from "./local/local.ts";
import type { LauncherTools } from "./platform-call.ts";

export type LauncherDeps = LauncherTools & Partial<CloudflareContainersDeps>;

type MakeLauncher = (settings: Settings, deps: LauncherDeps) => Launcher;

const LAUNCHERS: { readonly [platform in Exclude<LaunchPlatform, "none">]: MakeLauncher } = {
  local: (settings, deps) => local(localLauncherSettings(settings), deps),
  "fly-machines": (settings, deps) => flyMachines(flyMachinesSettings(settings), deps),
  "aws-batch": (settings, deps) => awsBatch(awsBatchSettings(settings), deps),
  "cloud-run": (settings, deps) => cloudRun(cloudRunSettings(settings), deps),
  "cloudflare-containers": (settings, { containers }) => cloudflareContainers(settings, { containers }),
  kubernetes: (settings, deps) => kubernetes(kubernetesSettings(settings), deps),
};

/** Null where processors poll. Throws ConfigurationError for a platform that cannot be used as it is set. */
export function chooseLauncher(settings: Settings, deps: LauncherDeps): Launcher | null {
  return settings.LAUNCHER === "none" ? null : LAUNCHERS[settings.LAUNCHER](settings, deps);
}
