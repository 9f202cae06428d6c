import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Clients } from "./clients.ts";
import { logGroupOf, type Plan } from "./plan.ts";
import { resource } from "./resource.ts";

const RETENTION_DAYS = 30;

export function logGroup(plan: Plan, { logs }: Clients) {
  const logGroupName = logGroupOf(plan);
  return resource<{ retentionInDays: number | undefined }>({
    title: `log group ${logGroupName}`,
    async read() {
      const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }));
      const found = logGroups.find((one) => one.logGroupName === logGroupName);
      return found === undefined ? null : { retentionInDays: found.retentionInDays };
    },
    differences({ retentionInDays }) {
      if (retentionInDays === RETENTION_DAYS) return [];
      return [`It keeps logs for ${retentionInDays ?? "unlimited"} days instead of ${RETENTION_DAYS}.`];
    },
    async put(state) {
      if (state === null) await logs.send(new CreateLogGroupCommand({ logGroupName, tags: { app: "ladderlock" } }));
      await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: RETENTION_DAYS }));
    },
    async remove() {
      await logs.send(new DeleteLogGroupCommand({ logGroupName }));
    },
  });
}
