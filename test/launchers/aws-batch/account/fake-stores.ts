import { type Account, type Json, Refused } from "./account.ts";

type Operation = (input: Json, account: Account) => unknown;

/** Parameter Store and CloudWatch Logs, by the names of their targets. */
export const STORES: Readonly<Record<string, Operation>> = {
  "AmazonSSM.GetParameter": ({ Name }, { parameters }) => {
    const found = parameters.get(Name);
    if (found === undefined) throw new Refused("ParameterNotFound", "");
    return { Parameter: { Name, ...found } };
  },
  "AmazonSSM.PutParameter": ({ Name, Value, Type, Overwrite }, { parameters }) => {
    if (!/^(?:\/[\w.-]+)+$/.test(Name) || /^\/(?:aws|ssm)/i.test(Name))
      throw new Refused("ValidationException", "Name");
    if (parameters.has(Name) && Overwrite !== true) throw new Refused("ParameterAlreadyExists", "It exists.");
    if (typeof Value !== "string" || Value === "") throw new Refused("ValidationException", "Value");
    parameters.set(Name, { Type, Value });
    return { Version: 1 };
  },
  "AmazonSSM.DeleteParameter": ({ Name }, { parameters }) => {
    if (!parameters.delete(Name)) throw new Refused("ParameterNotFound", "");
    return {};
  },
  "Logs_20140328.DescribeLogGroups": ({ logGroupNamePrefix }, { logGroups }) => ({
    logGroups: [...logGroups]
      .filter(([name]) => name.startsWith(logGroupNamePrefix))
      .map(([logGroupName, more]) => ({ logGroupName, ...more })),
  }),
  "Logs_20140328.CreateLogGroup": ({ logGroupName }, { logGroups }) => {
    if (logGroups.has(logGroupName)) throw new Refused("ResourceAlreadyExistsException", "It exists.");
    logGroups.set(logGroupName, {});
    return {};
  },
  "Logs_20140328.PutRetentionPolicy": ({ logGroupName, retentionInDays }, { logGroups }) => {
    if (!logGroups.has(logGroupName)) throw new Refused("ResourceNotFoundException", "There is no such group.");
    if (![1, 3, 5, 7, 14, 30, 60, 90].includes(retentionInDays)) throw new Refused("InvalidParameterException", "days");
    logGroups.set(logGroupName, { retentionInDays });
    return {};
  },
  "Logs_20140328.DeleteLogGroup": ({ logGroupName }, { logGroups }) => {
    if (!logGroups.delete(logGroupName)) throw new Refused("ResourceNotFoundException", "There is no such group.");
    return {};
  },
  "Logs_20140328.GetLogEvents": () => ({ events: [{ message: "the last line of the container" }] }),
};
