import { DeleteParameterCommand, GetParameterCommand, PutParameterCommand } from "@aws-sdk/client-ssm";
import { orNull } from "./aws-error.ts";
import type { Clients } from "./clients.ts";
import { type Plan, parameterPath, SECRETS, type SecretName } from "./plan.ts";
import { resource, SetupError } from "./resource.ts";

/** The secrets of the processor in Parameter Store, encrypted with the key of the account. */
export function parameters(plan: Plan, clients: Clients) {
  return SECRETS.map((name) => parameter(name, plan, clients));
}

function parameter(name: SecretName, plan: Plan, { ssm }: Clients) {
  const Name = `${parameterPath(plan)}/${name}`;
  const wanted = plan.secrets[name];
  return resource<{ type: string | undefined; value: string | undefined }>({
    title: `parameter ${Name}`,
    async read() {
      const found = await orNull(
        ssm.send(new GetParameterCommand({ Name, WithDecryption: true })),
        "ParameterNotFound",
      );
      return found === null ? null : { type: found.Parameter?.Type, value: found.Parameter?.Value };
    },
    differences({ type, value }) {
      return [
        ...(type === "SecureString" ? [] : [`Its type is ${type} instead of SecureString, so it is not encrypted.`]),
        ...(wanted === null || wanted === value ? [] : [`It has another value than ${name} in this environment.`]),
      ];
    },
    async put(state) {
      const Value = wanted ?? state?.value;
      if (Value === undefined || Value === "")
        throw new SetupError(`${Name} does not exist. Set ${name} in the environment of setup, which stores it.`);
      await ssm.send(new PutParameterCommand({ Name, Value, Type: "SecureString", Overwrite: true }));
    },
    async remove() {
      await ssm.send(new DeleteParameterCommand({ Name }));
    },
  });
}
