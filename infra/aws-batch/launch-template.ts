import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateCommand,
  DescribeLaunchTemplateVersionsCommand,
  type RequestLaunchTemplateData,
} from "@aws-sdk/client-ec2";
import { orNull } from "./aws-error.ts";
import type { Clients } from "./clients.ts";
import { launchTemplateOf, type Plan } from "./plan.ts";
import { resource } from "./resource.ts";

type State = {
  readonly diskGib: number | undefined;
  readonly hops: number | undefined;
  readonly tokens: string | undefined;
};

/** Instances of EC2: their disk, and a metadata service that asks for tokens. */
export function launchTemplate(plan: Plan, { ec2 }: Clients) {
  const LaunchTemplateName = launchTemplateOf(plan);
  const data: RequestLaunchTemplateData = {
    BlockDeviceMappings: [
      {
        DeviceName: "/dev/xvda",
        Ebs: { VolumeSize: plan.diskGib, VolumeType: "gp3", Encrypted: true, DeleteOnTermination: true },
      },
    ],
    MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 1 },
  };
  return resource<State>({
    title: `launch template ${LaunchTemplateName}`,
    async read() {
      const asked = ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName, Versions: ["$Latest"] }));
      const found = await orNull(asked, "InvalidLaunchTemplateName.NotFoundException");
      const newest = found?.LaunchTemplateVersions?.[0]?.LaunchTemplateData;
      if (newest === undefined) return null;
      const [disk] = newest.BlockDeviceMappings ?? [];
      const { HttpTokens: tokens, HttpPutResponseHopLimit: hops } = newest.MetadataOptions ?? {};
      return { diskGib: disk?.Ebs?.VolumeSize, tokens, hops };
    },
    differences({ diskGib, tokens, hops }) {
      return [
        ...(diskGib === plan.diskGib
          ? []
          : [`Its disk has ${diskGib ?? "no stated number of"} GiB instead of ${plan.diskGib}.`]),
        ...(tokens === "required" && hops === 1
          ? []
          : ["Its metadata service answers without a token, or over more than one hop."]),
      ];
    },
    async put(state) {
      const input = { LaunchTemplateName, LaunchTemplateData: data };
      if (state === null) await ec2.send(new CreateLaunchTemplateCommand(input));
      else await ec2.send(new CreateLaunchTemplateVersionCommand(input));
    },
    async remove() {
      await ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateName }));
    },
  });
}
