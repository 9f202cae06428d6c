import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { StartContainer } from "../../containers.ts";
import { contractCheck } from "../../contract-files.ts";
import { BatchJobs } from "../batch-jobs.ts";
import { type AcceptedKey, signatureProblem } from "../signature.ts";
import { type Account, type Json, newAccount, Refused } from "./account.ts";
import { BATCH_ADMIN } from "./fake-batch-admin.ts";
import { EC2 } from "./fake-ec2.ts";
import { IAM } from "./fake-iam.ts";
import { STORES } from "./fake-stores.ts";
import { isJobOperation, jobOperation } from "./job-operations.ts";
import { xml } from "./xml.ts";

export type FakeAccount = {
  readonly endpoint: string;
  readonly account: Account;
  readonly jobs: BatchJobs;
  /** Every request that changes something, as `service.Operation`. */
  readonly changes: string[];
  stop(): Promise<void>;
};

type Answer = { readonly status: number; readonly type: string; readonly body: string; readonly error?: string };

/** The AWS services that the commands use, in one account and behind one address, with one access key. */
export async function startFakeAccount(key: AcceptedKey, region: string, start: StartContainer): Promise<FakeAccount> {
  const account = newAccount(region);
  const jobs = new BatchJobs(start);
  const changes: string[] = [];
  const server = createServer((request, response) => {
    answer(request, key, account, jobs, changes).then(
      (answered) => send(response, answered),
      (error) => send(response, { status: 500, type: "text/plain", body: String(error) }),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ account, jobs, changes },
    stop: async () => {
      await jobs.stopAll();
      server.closeAllConnections();
      server.close();
    },
  };
}

type Service = "batch" | "iam" | "ec2" | "ssm" | "logs";

async function answer(
  request: IncomingMessage,
  key: AcceptedKey,
  account: Account,
  jobs: BatchJobs,
  changes: string[],
): Promise<Answer> {
  const body = Buffer.concat(await request.toArray()).toString("utf8");
  const [, service] = /Credential=[^/]+\/\d+\/[^/]+\/([a-z0-9]+)\//.exec(request.headers.authorization ?? "") ?? [];
  const of = service as Service;
  const signed = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body };
  // IAM is one service for all regions; behind another address, the SDK signs for that of its client.
  const regions = of === "iam" ? ["us-east-1", account.region] : [account.region];
  try {
    const problem = signatureProblem(signed, key, { service: service ?? "", regions, now: Date.now() });
    if (problem !== null) throw new Refused(problem.code, problem.message, 403);
    const { operation, input } = asked(of, request, body);
    if (!/^(?:Describe|Get|List)/.test(operation)) changes.push(`${of}.${operation}`);
    return rendered(of, operation, await run(of, operation, input, account, jobs));
  } catch (error) {
    if (error instanceof Refused) return refusal(of, error);
    throw error;
  }
}

function asked(
  service: Service,
  { url = "", headers }: IncomingMessage,
  body: string,
): { operation: string; input: Json } {
  switch (service) {
    case "batch": {
      const path = url.replace("/v1/", "");
      const names = [...Object.keys(BATCH_ADMIN), "SubmitJob", "DescribeJobs", "TerminateJob"];
      const operation = names.find((name) => name.toLowerCase() === path) ?? path;
      return { operation, input: JSON.parse(body) };
    }
    case "iam":
    case "ec2": {
      const { Action = "", Version: _, ...input } = Object.fromEntries(new URLSearchParams(body));
      return { operation: Action, input };
    }
    case "ssm":
    case "logs":
      return { operation: String(headers["x-amz-target"]).split(".")[1] ?? "", input: JSON.parse(body) };
    default:
      throw new Refused("UnknownOperationException", `no service ${service satisfies never}`);
  }
}

async function run(
  service: Service,
  operation: string,
  input: Json,
  account: Account,
  jobs: BatchJobs,
): Promise<unknown> {
  if (service === "iam") {
    const { takes, run } = IAM[operation] ?? unknown(operation);
    const strange = Object.keys(input).filter((name) => !takes.includes(name.split(".")[0]!));
    if (strange.length > 0) throw new Refused("ValidationError", `${operation} does not take ${strange.join(", ")}`);
    return run(input, account) ?? {};
  }
  if (service === "ec2") return (EC2[operation] ?? unknown(operation))(input, account);
  if (service === "ssm") return (STORES[`AmazonSSM.${operation}`] ?? unknown(operation))(input, account);
  if (service === "logs") return (STORES[`Logs_20140328.${operation}`] ?? unknown(operation))(input, account);
  const departures = (await contractCheck("aws-batch.schema.json", `${operation}Request`))?.(input) ?? [];
  if (departures.length > 0) throw new Refused("ClientException", `the contract forbids ${departures.join(", ")}`);
  if (isJobOperation(operation)) return jobOperation(operation, input, account, jobs);
  return (BATCH_ADMIN[operation] ?? unknown(operation))(input, account);
}

function unknown(operation: string): never {
  throw new Refused("UnknownOperationException", `The operation ${operation} is not known here.`);
}

function rendered(service: Service, operation: string, value: unknown): Answer {
  if (service === "iam")
    return ofXml(
      `<${operation}Response><${operation}Result>${xml(value, "member")}</${operation}Result></${operation}Response>`,
    );
  if (service === "ec2") return ofXml(`<${operation}Response>${xml(value, "item")}</${operation}Response>`);
  return { status: 200, type: jsonType(service), body: JSON.stringify(value) };
}

const ofXml = (body: string): Answer => ({ status: 200, type: "text/xml", body });
const jsonType = (service: Service) => (service === "batch" ? "application/json" : "application/x-amz-json-1.1");

function refusal(service: Service, { code, message, status }: Refused): Answer {
  const inside = `<Code>${code}</Code><Message>${xml(message, "item")}</Message>`;
  switch (service) {
    case "iam":
      return {
        status,
        type: "text/xml",
        body: `<ErrorResponse><Error><Type>Sender</Type>${inside}</Error></ErrorResponse>`,
      };
    case "ec2":
      return { status, type: "text/xml", body: `<Response><Errors><Error>${inside}</Error></Errors></Response>` };
    default:
      return { status, type: jsonType(service), body: JSON.stringify({ __type: code, message }), error: code };
  }
}

function send(response: ServerResponse, { status, type, body, error }: Answer): void {
  response.writeHead(status, { "content-type": type, ...(error === undefined ? {} : { "x-amzn-errortype": error }) });
  response.end(body);
}
