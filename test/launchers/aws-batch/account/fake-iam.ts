import { type Account, Refused } from "./account.ts";

type Input = Readonly<Record<string, string>>;
type Operation = (input: Input, account: Account) => unknown;

/** IAM's query protocol, as far as the commands use it: what an operation does not take is refused. */
export const IAM: Readonly<Record<string, { readonly takes: readonly string[]; readonly run: Operation }>> = {
  GetRole: operation(["RoleName"], ({ RoleName }, account) => ({ Role: roleOf(RoleName!, account) })),
  CreateRole: operation(["RoleName", "AssumeRolePolicyDocument", "Tags"], (input, account) => {
    const { RoleName, AssumeRolePolicyDocument } = input;
    if (account.roles.has(RoleName!)) throw new Refused("EntityAlreadyExists", `Role ${RoleName} already exists.`, 409);
    document(AssumeRolePolicyDocument);
    account.roles.set(RoleName!, { trust: AssumeRolePolicyDocument!, policies: new Map(), attached: new Set() });
    return { Role: roleOf(RoleName!, account) };
  }),
  UpdateAssumeRolePolicy: operation(["RoleName", "PolicyDocument"], ({ RoleName, PolicyDocument }, account) => {
    document(PolicyDocument);
    role(RoleName!, account).trust = PolicyDocument!;
  }),
  DeleteRole: operation(["RoleName"], ({ RoleName }, account) => {
    const { policies, attached } = role(RoleName!, account);
    const isHeld = [...account.instanceProfiles.values()].some((roles) => roles.includes(RoleName!));
    if (policies.size > 0 || attached.size > 0 || isHeld)
      throw new Refused("DeleteConflict", "Cannot delete entity, must detach all policies first.", 409);
    account.roles.delete(RoleName!);
  }),
  ListRolePolicies: operation(["RoleName"], ({ RoleName }, account) => ({
    ...{ PolicyNames: [...role(RoleName!, account).policies.keys()], IsTruncated: false },
  })),
  GetRolePolicy: operation(["RoleName", "PolicyName"], ({ RoleName, PolicyName }, account) => {
    const found = role(RoleName!, account).policies.get(PolicyName!);
    if (found === undefined) throw new Refused("NoSuchEntity", `There is no policy ${PolicyName}.`, 404);
    return { RoleName, PolicyName, PolicyDocument: encodeURIComponent(found) };
  }),
  PutRolePolicy: operation(["RoleName", "PolicyName", "PolicyDocument"], (input, account) => {
    document(input.PolicyDocument);
    role(input.RoleName!, account).policies.set(input.PolicyName!, input.PolicyDocument!);
  }),
  DeleteRolePolicy: operation(["RoleName", "PolicyName"], ({ RoleName, PolicyName }, account) => {
    role(RoleName!, account).policies.delete(PolicyName!);
  }),
  ListAttachedRolePolicies: operation(["RoleName"], ({ RoleName }, account) => ({
    AttachedPolicies: [...role(RoleName!, account).attached].map((PolicyArn) => ({ PolicyArn, PolicyName: PolicyArn })),
  })),
  AttachRolePolicy: operation(["RoleName", "PolicyArn"], ({ RoleName, PolicyArn }, account) => {
    role(RoleName!, account).attached.add(PolicyArn!);
  }),
  DetachRolePolicy: operation(["RoleName", "PolicyArn"], ({ RoleName, PolicyArn }, account) => {
    role(RoleName!, account).attached.delete(PolicyArn!);
  }),
  GetInstanceProfile: operation(["InstanceProfileName"], ({ InstanceProfileName: name }, account) => ({
    InstanceProfile: {
      ...{ Path: "/", InstanceProfileName: name, InstanceProfileId: "AIPA1", CreateDate: "2026-11-27T00:00:00Z" },
      ...{ Arn: `arn:aws:iam::${account.id}:instance-profile/${name}` },
      Roles: profile(name!, account).map((one) => roleOf(one, account)),
    },
  })),
  CreateInstanceProfile: operation(["InstanceProfileName"], ({ InstanceProfileName: name }, account) => {
    account.instanceProfiles.set(name!, []);
    return { InstanceProfile: { InstanceProfileName: name } };
  }),
  AddRoleToInstanceProfile: operation(["InstanceProfileName", "RoleName"], (input, account) => {
    const roles = profile(input.InstanceProfileName!, account);
    if (roles.length > 0) throw new Refused("LimitExceeded", "A profile holds one role.", 409);
    role(input.RoleName!, account);
    roles.push(input.RoleName!);
  }),
  RemoveRoleFromInstanceProfile: operation(["InstanceProfileName", "RoleName"], (input, account) => {
    const roles = profile(input.InstanceProfileName!, account);
    roles.splice(roles.indexOf(input.RoleName!), 1);
  }),
  DeleteInstanceProfile: operation(["InstanceProfileName"], ({ InstanceProfileName }, account) => {
    if (profile(InstanceProfileName!, account).length > 0)
      throw new Refused("DeleteConflict", "Remove the role first.", 409);
    account.instanceProfiles.delete(InstanceProfileName!);
  }),
};

function operation(takes: readonly string[], run: Operation) {
  return { takes, run };
}

function role(name: string, { roles }: Account) {
  const found = roles.get(name);
  if (found === undefined) throw new Refused("NoSuchEntity", `The role with name ${name} cannot be found.`, 404);
  return found;
}

function profile(name: string, { instanceProfiles }: Account): string[] {
  const found = instanceProfiles.get(name);
  if (found === undefined) throw new Refused("NoSuchEntity", `Instance Profile ${name} cannot be found.`, 404);
  return found;
}

function roleOf(name: string, account: Account) {
  const { trust } = role(name, account);
  return {
    ...{ Path: "/", RoleName: name, RoleId: "AROA1", Arn: `arn:aws:iam::${account.id}:role/${name}` },
    ...{ CreateDate: "2026-11-27T00:00:00Z", AssumeRolePolicyDocument: encodeURIComponent(trust) },
  };
}

/** Placeholders and members that policies do not have are refused, as IAM refuses them. */
function document(text: string | undefined): void {
  const { Version, Statement } = JSON.parse(text ?? "");
  const known = ["Sid", "Effect", "Principal", "Action", "Resource", "Condition"];
  const isRight = Version === "2012-10-17" && Array.isArray(Statement) && !text?.includes("${");
  if (!isRight || Statement.some((one: object) => !Object.keys(one).every((name) => known.includes(name))))
    throw new Refused("MalformedPolicyDocument", "Syntax errors in policy.");
}
