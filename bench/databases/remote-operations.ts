import { type Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import type { OperationName, Operations } from "./operations.ts";

/** The operations of a Worker, over keep-alive connections. */
export function remoteOperations(origin: URL, database: "d1" | "postgres", agent: Agent): Operations {
  const call =
    (name: OperationName) =>
    async (argument: unknown = null): Promise<never> =>
      JSON.parse(await post(new URL(`/${database}/${name}`, origin), JSON.stringify(argument), agent)) as never;
  return {
    setUp: call("setUp"),
    claim: call("claim"),
    release: call("release"),
    save: call("save"),
    snapshot: call("snapshot"),
    feed: call("feed"),
  };
}

function post(url: URL, body: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { "content-length": Buffer.byteLength(body) };
    const sent = request(url, { method: "POST", agent, headers }, async (response) => {
      const answer = await text(response).catch(reject);
      if (response.statusCode === 200) resolve(String(answer));
      else reject(new Error(`${url.pathname}: ${response.statusCode} ${answer}`));
    });
    sent.on("error", reject).end(body);
  });
}
