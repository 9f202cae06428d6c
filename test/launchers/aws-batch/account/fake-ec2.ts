import { type Account, type Json, Refused } from "./account.ts";

type Input = Readonly<Record<string, string>>;

/** EC2's query protocol, as far as the commands use it. The input is flat: `Filter.1.Name`, `SubnetId.1`. */
export const EC2: Readonly<Record<string, (input: Input, account: Account) => unknown>> = {
  DescribeVpcs: (_, { network }) => ({ vpcSet: [{ vpcId: network.vpc, isDefault: true }] }),
  DescribeSubnets: (input, account) => {
    const { network, id } = account;
    const asked = listIn(input, "SubnetId");
    const unknown = asked.filter((one) => !network.subnets.has(one));
    if (unknown.length > 0)
      throw new Refused("InvalidSubnetID.NotFound", `The subnet ID '${unknown.join(", ")}' does not exist`);
    const found = asked.length > 0 ? asked : [...network.subnets.keys()];
    return {
      subnetSet: found.map((subnetId) => ({
        ...{
          subnetId,
          vpcId: network.vpc,
          ownerId: id,
          mapPublicIpOnLaunch: network.subnets.get(subnetId)!.mapPublicIp,
        },
      })),
    };
  },
  DescribeSecurityGroups: (input, { network }) => {
    const filters = filtersIn(input);
    const isAsked = (id: string, name: string) =>
      filters.get("group-id")?.includes(id) ?? filters.get("group-name")?.includes(name) ?? true;
    const found = [...network.groups].filter(([id, { name }]) => isAsked(id, name));
    return {
      securityGroupInfo: found.map(([groupId, { name, egress }]) => ({
        ...{ groupId, groupName: name, vpcId: network.vpc },
        ipPermissionsEgress: egress ? [{ ipProtocol: "-1", ipRanges: [{ cidrIp: "0.0.0.0/0" }] }] : [],
      })),
    };
  },
  DescribeRouteTables: (_, { network }) => ({
    routeTableSet: [
      {
        ...{ routeTableId: "rtb-1", vpcId: network.vpc, associationSet: [{ main: true }] },
        routeSet: network.route === null ? [] : [{ ...routeTo(network.route), state: "active" }],
      },
    ],
  }),
  DescribeLaunchTemplateVersions: (input, account) => {
    const versions = templateIn(input, account);
    return { launchTemplateVersionSet: [{ launchTemplateData: versions.at(-1), versionNumber: versions.length }] };
  },
  CreateLaunchTemplate: (input, { launchTemplates }) => {
    const name = input.LaunchTemplateName!;
    if (launchTemplates.has(name)) throw new Refused("InvalidLaunchTemplateName.AlreadyExistsException", "exists");
    launchTemplates.set(name, [dataIn(input)]);
    return { launchTemplate: { launchTemplateName: name } };
  },
  CreateLaunchTemplateVersion: (input, account) => {
    templateIn(input, account).push(dataIn(input));
    return { launchTemplateVersion: {} };
  },
  DeleteLaunchTemplate: (input, account) => {
    templateIn(input, account);
    account.launchTemplates.delete(input.LaunchTemplateName!);
    return { launchTemplate: {} };
  },
};

const routeTo = (route: string) => ({
  destinationCidrBlock: "0.0.0.0/0",
  ...(route.startsWith("igw-") ? { gatewayId: route } : { natGatewayId: route }),
});

function templateIn({ LaunchTemplateName: name }: Input, { launchTemplates }: Account): Json[] {
  const found = launchTemplates.get(name!);
  if (found === undefined) throw new Refused("InvalidLaunchTemplateName.NotFoundException", `no template ${name}`);
  return found;
}

/** The members that the commands set; all of them are needed. */
function dataIn(input: Input): Json {
  const of = (path: string) => {
    const value = input[`LaunchTemplateData.${path}`];
    if (value === undefined) throw new Refused("MissingParameter", `LaunchTemplateData.${path} is missing`);
    return value;
  };
  const disk = "BlockDeviceMapping.1";
  return {
    blockDeviceMappingSet: [
      {
        deviceName: of(`${disk}.DeviceName`),
        ebs: {
          volumeSize: of(`${disk}.Ebs.VolumeSize`),
          volumeType: of(`${disk}.Ebs.VolumeType`),
          encrypted: of(`${disk}.Ebs.Encrypted`),
        },
      },
    ],
    metadataOptions: {
      httpTokens: of("MetadataOptions.HttpTokens"),
      httpPutResponseHopLimit: of("MetadataOptions.HttpPutResponseHopLimit"),
    },
  };
}

function listIn(input: Input, name: string): string[] {
  return Object.entries(input).flatMap(([key, value]) => (key.startsWith(`${name}.`) ? [value] : []));
}

function filtersIn(input: Input): Map<string, string[]> {
  const filters = new Map<string, string[]>();
  for (let at = 1; input[`Filter.${at}.Name`] !== undefined; at += 1)
    filters.set(input[`Filter.${at}.Name`]!, listIn(input, `Filter.${at}.Value`));
  return filters;
}
