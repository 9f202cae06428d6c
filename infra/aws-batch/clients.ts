import { BatchClient } from "@aws-sdk/client-batch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient } from "@aws-sdk/client-iam";
import { SSMClient } from "@aws-sdk/client-ssm";

export type Clients = {
  readonly batch: BatchClient;
  readonly logs: CloudWatchLogsClient;
  readonly ec2: EC2Client;
  readonly iam: IAMClient;
  readonly ssm: SSMClient;
};

type Configuration = {
  readonly region: string;
  /** Another address for all services; AWS_ENDPOINT_URL has the same effect. */
  readonly endpoint?: string;
  /** Those of the environment, of a profile or of the machine, by default. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
};

export function createClients(configuration: Configuration): Clients {
  return {
    batch: new BatchClient(configuration),
    logs: new CloudWatchLogsClient(configuration),
    ec2: new EC2Client(configuration),
    iam: new IAMClient(configuration),
    ssm: new SSMClient(configuration),
  };
}
