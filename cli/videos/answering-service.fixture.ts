import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createOperatorClient, type OperatorClient } from "../../processor/adapters/operator-client.ts";
import type { Output } from "../../processor/cli/output.ts";

export type SentRequest = { readonly line: string; readonly type: string | undefined; readonly bytes: Buffer };

/** What a command prints against a service that gives one answer, and what the service received. */
export async function againstService(
  { status, body }: { readonly status: number; readonly body: unknown },
  perform: (client: OperatorClient, output: Output) => Promise<number>,
) {
  const requests: SentRequest[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, url, headers } = request;
    requests.push({ line: `${method} ${url}`, type: headers["content-type"], bytes: Buffer.concat(chunks) });
    const type = status < 400 ? "application/json" : "application/problem+json";
    response.writeHead(status, { "content-type": type }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const serviceUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const printed = { out: "", err: "" };
  const output = {
    out: (text: string) => {
      printed.out += text;
    },
    err: (text: string) => {
      printed.err += text;
    },
  };
  const code = await perform(createOperatorClient({ serviceUrl, adminApiKey: "the-key" }), output);
  server.close();
  return { code, requests, ...printed };
}
