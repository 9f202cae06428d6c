import { createServer, type IncomingMessage, type RequestListener, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { fetch, Response } from "miniflare";
import type { Outbound } from "../e2e/run-worker.ts";

/*
 * What stands in front of a Worker that Cloudflare Access protects, by its documentation: it adds the assertion of the
 * person who has signed in, and answers everything else with the way to its own page, which here is another loopback port.
 * https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/
 */

export const TEAM = "team.cloudflareaccess.com";
export const AUDIENCE = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";

export type AccessProxy = {
  readonly origin: string;
  /** The session of the browser; the proxy forgets it, as when it has ended. */
  signIn(email: string): void;
  signOut(): void;
  /** What has reached the team's sign-in page. */
  readonly visits: readonly string[];
  stop(): Promise<void>;
};

/** The keys of the team, and what signs with them. */
export type AccessTeam = {
  /** Answers the Worker's request for the team's keys, and passes every other on to the network. */
  readonly outbound: Outbound;
  readonly proxy: (origin: string) => Promise<AccessProxy>;
};

export async function createAccessTeam(): Promise<AccessTeam> {
  const { privateKey, publicKey } = await generateKeyPair("RS256");
  const kid = "access-test";
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" };
  const assertion = (email: string) =>
    new SignJWT({ email, type: "app", identity_nonce: "x" })
      .setProtectedHeader({ alg: "RS256", kid })
      .setIssuer(`https://${TEAM}`)
      .setAudience([AUDIENCE])
      .setSubject(email)
      .setIssuedAt()
      .setNotBefore("0s")
      .setExpirationTime("1h")
      .sign(privateKey);
  return {
    outbound: async (asked) =>
      asked.url === `https://${TEAM}/cdn-cgi/access/certs` ? Response.json({ keys: [jwk] }) : fetch(asked.url, asked),
    proxy: (origin) => startProxy(new URL(origin), assertion),
  };
}

async function startProxy(worker: URL, assertion: (email: string) => Promise<string>): Promise<AccessProxy> {
  let person: string | null = null;
  const visits: string[] = [];
  const signIn = await listen((incoming, outgoing) => {
    visits.push(incoming.url ?? "");
    outgoing.setHeader("access-control-allow-origin", "*").end("Sign in");
  });
  const proxy = await listen((incoming, outgoing) => {
    if (person !== null) return void assertion(person).then((jwt) => pass(worker, incoming, outgoing, jwt));
    outgoing.writeHead(302, { location: `${signIn.origin}/cdn-cgi/access/login?redirect_url=${incoming.url}` }).end();
  });
  return {
    origin: proxy.origin,
    visits,
    signIn: (email) => {
      person = email;
    },
    signOut: () => {
      person = null;
    },
    stop: async () => {
      await Promise.all([signIn.stop(), proxy.stop()]);
    },
  };
}

async function listen(answer: RequestListener): Promise<{ origin: string; stop: () => Promise<unknown> }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { origin: `http://127.0.0.1:${port}`, stop };
}

function pass(worker: URL, incoming: IncomingMessage, outgoing: ServerResponse, jwt: string): void {
  const headers = { ...incoming.headers, "cf-access-jwt-assertion": jwt };
  const { method, url: path } = incoming;
  const asked = request({ hostname: worker.hostname, port: worker.port, method, path, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode!, answer.headers);
    answer.pipe(outgoing);
  });
  asked.on("error", () => outgoing.destroy());
  outgoing.on("close", () => asked.destroy());
  incoming.pipe(asked);
}
