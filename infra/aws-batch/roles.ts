import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { orNull } from "./aws-error.ts";
import type { Clients } from "./clients.ts";
import { isSamePolicy } from "./policies.ts";
import { resource } from "./resource.ts";

export type RolePlan = {
  readonly roleName: string;
  readonly trust: unknown;
  /** Everything the role may do, by the name of each policy. */
  readonly policies: Readonly<Record<string, unknown>>;
  /** ARNs of policies of AWS. */
  readonly attached?: readonly string[];
};

type RoleState = {
  readonly trust: string | undefined;
  readonly policies: ReadonlyMap<string, string | undefined>;
  readonly attached: readonly string[];
};

/** A role with exactly these permissions: others that it has are reported, and setup removes them. */
export function role(plan: RolePlan, { iam }: Clients) {
  const { roleName: RoleName, trust, policies, attached: wanted = [] } = plan;

  async function read(): Promise<RoleState | null> {
    const found = await orNull(iam.send(new GetRoleCommand({ RoleName })), "NoSuchEntityException");
    if (found === null) return null;
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    const read: [string, string | undefined][] = [];
    for (const PolicyName of PolicyNames) {
      const one = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      read.push([PolicyName, one.PolicyDocument]);
    }
    const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
    const attached = AttachedPolicies.map((one) => one.PolicyArn ?? "");
    return { trust: found.Role?.AssumeRolePolicyDocument, policies: new Map(read), attached };
  }

  const superfluous = (state: RoleState) => [...state.policies.keys()].filter((name) => !(name in policies));

  return resource<RoleState>({
    title: `role ${RoleName}`,
    read,
    differences(state) {
      const wrong = Object.keys(policies).filter((name) => !isSamePolicy(state.policies.get(name), policies[name]));
      return [
        ...(isSamePolicy(state.trust, trust) ? [] : ["Its trust policy is another one."]),
        ...wrong.map((name) => `Its policy ${name} is ${state.policies.has(name) ? "another one" : "missing"}.`),
        ...superfluous(state).map((name) => `It has the policy ${name}, which the processor does not need.`),
        ...wanted.filter((arn) => !state.attached.includes(arn)).map((arn) => `The policy ${arn} is not attached.`),
        ...state.attached
          .filter((arn) => !wanted.includes(arn))
          .map((arn) => `The policy ${arn} is attached, which the processor does not need.`),
      ];
    },
    async put(state) {
      const AssumeRolePolicyDocument = JSON.stringify(trust);
      if (state === null) {
        const Tags = [{ Key: "app", Value: "ladderlock" }];
        await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, Tags }));
      } else {
        await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: AssumeRolePolicyDocument }));
      }
      for (const [PolicyName, document] of Object.entries(policies)) {
        await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify(document) }));
      }
      for (const PolicyArn of wanted) await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
      if (state !== null)
        await strip(
          superfluous(state),
          state.attached.filter((arn) => !wanted.includes(arn)),
        );
    },
    async remove(state) {
      await strip([...state.policies.keys()], state.attached);
      await iam.send(new DeleteRoleCommand({ RoleName }));
    },
  });

  async function strip(names: readonly string[], arns: readonly string[]): Promise<void> {
    for (const PolicyName of names) await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
    for (const PolicyArn of arns) await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
  }
}

/** What gives its role to the instances of EC2; it has the name of the role. */
export function instanceProfile(roleName: string, { iam }: Clients) {
  const InstanceProfileName = roleName;
  return resource<{ roles: readonly string[] }>({
    title: `instance profile ${InstanceProfileName}`,
    async read() {
      const asked = iam.send(new GetInstanceProfileCommand({ InstanceProfileName }));
      const found = await orNull(asked, "NoSuchEntityException");
      if (found === null) return null;
      return { roles: (found.InstanceProfile?.Roles ?? []).map((one) => one.RoleName ?? "") };
    },
    differences: ({ roles }) => (roles.includes(roleName) ? [] : [`It does not hold the role ${roleName}.`]),
    async put(state) {
      if (state === null) await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }));
      const RoleName = roleName;
      // A profile holds one role.
      for (const other of state?.roles ?? [])
        await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName: other }));
      await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }));
    },
    async remove({ roles }) {
      for (const RoleName of roles)
        await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName }));
      await iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName }));
    },
  });
}
