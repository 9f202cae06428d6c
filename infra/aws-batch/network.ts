import {
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  type RouteTable,
  type SecurityGroup,
  type Subnet,
} from "@aws-sdk/client-ec2";
import { isAwsError } from "./aws-error.ts";
import type { Clients } from "./clients.ts";
import { isFargate, type Plan } from "./plan.ts";
import { SetupError } from "./resource.ts";

/** Where containers run, and what keeps them from reaching the Worker and the buckets. */
export type Network = {
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  /** The account: its owner has the default VPC and the subnets. */
  readonly account: string;
  /** Public addresses are given where the way out is an internet gateway. */
  readonly assignPublicIp: "ENABLED" | "DISABLED";
  readonly problems: readonly string[];
};

/** Looks the network up: nothing of it is made or changed, since it belongs to others too. */
export async function findNetwork(plan: Plan, clients: Clients): Promise<Network> {
  const subnets = await findSubnets(plan, clients);
  const vpcs = [...new Set(subnets.map((one) => one.VpcId ?? ""))];
  const [vpc] = vpcs;
  const account = subnets[0]?.OwnerId;
  if (vpcs.length !== 1 || vpc === undefined || account === undefined)
    throw new SetupError(`The subnets are of several VPCs: ${vpcs.join(", ")}. Give --subnets of one VPC.`);
  const groups = await findGroups(plan, vpc, clients);
  const tables = await routeTables(vpc, clients);
  const exits = subnets.map((subnet) => exitOf(subnet, tables));
  const isPublic = exits.some((exit) => exit === "internet gateway");
  return {
    subnets: subnets.map((one) => one.SubnetId ?? ""),
    securityGroups: groups.map((one) => one.GroupId ?? ""),
    account,
    assignPublicIp: isPublic && isFargate(plan) ? "ENABLED" : "DISABLED",
    problems: [
      ...subnets.flatMap((subnet, at) => problemOfSubnet(subnet, exits[at]!, plan)),
      ...(groups.some(mayReachHttps)
        ? []
        : ["No security group allows outgoing HTTPS: add a rule for TCP port 443 to 0.0.0.0/0."]),
    ],
  };
}

async function findSubnets(plan: Plan, { ec2 }: Clients): Promise<readonly Subnet[]> {
  if (plan.subnets.length > 0) {
    try {
      return (await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [...plan.subnets] }))).Subnets ?? [];
    } catch (error) {
      if (!isAwsError(error, "InvalidSubnetID.NotFound")) throw error;
      throw new SetupError(`${error instanceof Error ? error.message : ""} in ${plan.region}. Correct --subnets.`);
    }
  }
  const { Vpcs = [] } = await ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: "is-default", Values: ["true"] }] }),
  );
  const vpc = Vpcs[0]?.VpcId;
  if (vpc === undefined) throw new SetupError(`${plan.region} has no default VPC. Give --subnets.`);
  const Filters = [
    { Name: "vpc-id", Values: [vpc] },
    { Name: "default-for-az", Values: ["true"] },
  ];
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters }));
  if (Subnets.length === 0) throw new SetupError(`The default VPC ${vpc} has no default subnets. Give --subnets.`);
  return Subnets.toSorted((one, other) => ((one.SubnetId ?? "") < (other.SubnetId ?? "") ? -1 : 1));
}

async function findGroups(plan: Plan, vpc: string, { ec2 }: Clients): Promise<readonly SecurityGroup[]> {
  const Filters =
    plan.securityGroups.length > 0
      ? [{ Name: "group-id", Values: [...plan.securityGroups] }]
      : [
          { Name: "vpc-id", Values: [vpc] },
          { Name: "group-name", Values: ["default"] },
        ];
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
  const found = SecurityGroups.filter((one) => one.VpcId === vpc).map((one) => one.GroupId);
  const missing = plan.securityGroups.filter((id) => !found.includes(id));
  if (missing.length > 0 || found.length === 0)
    throw new SetupError(`The VPC ${vpc} has no security group ${missing.join(", ")}. Give --security-groups of it.`);
  return SecurityGroups;
}

async function routeTables(vpc: string, { ec2 }: Clients): Promise<readonly RouteTable[]> {
  const Filters = [{ Name: "vpc-id", Values: [vpc] }];
  return (await ec2.send(new DescribeRouteTablesCommand({ Filters }))).RouteTables ?? [];
}

type Exit = "internet gateway" | "other way" | "none";

/** A subnet without an associated table uses the main one of the VPC. */
function exitOf({ SubnetId }: Subnet, tables: readonly RouteTable[]): Exit {
  const own = tables.find((table) => table.Associations?.some((one) => one.SubnetId === SubnetId));
  const table = own ?? tables.find((one) => one.Associations?.some(({ Main }) => Main === true));
  const route = table?.Routes?.find(({ DestinationCidrBlock, State }) => {
    return DestinationCidrBlock === "0.0.0.0/0" && State !== "blackhole";
  });
  if (route === undefined) return "none";
  return route.GatewayId?.startsWith("igw-") ? "internet gateway" : "other way";
}

function problemOfSubnet(subnet: Subnet, exit: Exit, plan: Plan): string[] {
  if (exit === "none")
    return [`Subnet ${subnet.SubnetId} has no route to 0.0.0.0/0: add a NAT gateway or choose other subnets.`];
  if (exit === "internet gateway" && !isFargate(plan) && subnet.MapPublicIpOnLaunch !== true)
    return [`Instances in subnet ${subnet.SubnetId} get no public address: turn MapPublicIpOnLaunch on.`];
  return [];
}

function mayReachHttps({ IpPermissionsEgress = [] }: SecurityGroup): boolean {
  return IpPermissionsEgress.some(({ IpProtocol, FromPort = 0, ToPort = 65_535, IpRanges = [] }) => {
    const isHttps = IpProtocol === "-1" || (IpProtocol === "tcp" && FromPort <= 443 && ToPort >= 443);
    return isHttps && IpRanges.some(({ CidrIp }) => CidrIp === "0.0.0.0/0");
  });
}
