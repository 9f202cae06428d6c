/** What a fake account holds, for tests to look at and to change behind the back of the commands. */
export type Account = {
  readonly id: string;
  readonly region: string;
  readonly parameters: Map<string, { Type: string; Value: string }>;
  readonly logGroups: Map<string, { retentionInDays?: number }>;
  readonly roles: Map<string, Role>;
  readonly instanceProfiles: Map<string, string[]>;
  readonly launchTemplates: Map<string, Json[]>;
  readonly environments: Map<string, Json>;
  readonly queues: Map<string, Json>;
  /** Every revision, ACTIVE or not. */
  readonly definitions: Json[];
  readonly network: {
    readonly vpc: string;
    readonly subnets: Map<string, { mapPublicIp: boolean }>;
    readonly groups: Map<string, { name: string; egress: boolean }>;
    route: "igw-1" | "nat-1" | null;
  };
};

// biome-ignore lint/suspicious/noExplicitAny: what AWS stores has many shapes, which its contract checks.
export type Json = any;

export type Role = { trust: string; readonly policies: Map<string, string>; readonly attached: Set<string> };

export function newAccount(region: string): Account {
  return {
    ...{ id: "123456789012", region, parameters: new Map(), logGroups: new Map(), roles: new Map() },
    ...{ instanceProfiles: new Map(), launchTemplates: new Map(), environments: new Map(), queues: new Map() },
    definitions: [],
    network: {
      vpc: "vpc-1",
      subnets: new Map([
        ["subnet-a", { mapPublicIp: true }],
        ["subnet-b", { mapPublicIp: true }],
      ]),
      groups: new Map([["sg-1", { name: "default", egress: true }]]),
      route: "igw-1",
    },
  };
}

/** AWS answers a request with an error of this name. */
export class Refused extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}
