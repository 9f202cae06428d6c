import dns, { type LookupAddress } from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import { Socket } from "node:net";

/*
 * `node --import` of a container's program: each connection to port 80 or 443 of any host reaches the platform, which is
 * on ports of this machine, and no other connection is made. Programs do not notice it on Cloudflare either.
 */

const PLATFORM_PORTS: Readonly<Record<number, number>> = {
  80: Number(process.env.FAKE_HTTP_PORT),
  443: Number(process.env.FAKE_HTTPS_PORT),
};

/** Every name has an address, and it is a public one. */
const ANY_NAME: LookupAddress = { address: "93.184.216.34", family: 4 };

type Answer = (error: Error | null, address: string | LookupAddress[], family?: number) => void;
type Target = { port?: number | string; host?: string; path?: string; lookup?: unknown };
type Lookup = (name: string, options: { all: true }, answer: (error: Error | null) => void) => void;

dns.lookup = ((_name: string, options: { all?: boolean }, answer: Answer) => {
  queueMicrotask(() => (options.all ? answer(null, [ANY_NAME]) : answer(null, ANY_NAME.address, ANY_NAME.family)));
}) as typeof dns.lookup;
syncBuiltinESMExports();

const connect = Socket.prototype.connect as (this: Socket, ...args: unknown[]) => Socket;

Socket.prototype.connect = function connectToPlatform(this: Socket, ...args: unknown[]) {
  // net.connect passes one array: the options and the listener.
  const [target, listener] = (Array.isArray(args[0]) ? args[0] : args) as [Target, () => void];
  const port = PLATFORM_PORTS[Number(target.port)];
  if (port === undefined) {
    queueMicrotask(() => this.destroy(new Error(`a container reaches no port ${target.port} of ${target.host}`)));
    return this;
  }
  const redirected = { ...target, lookup: undefined, host: "127.0.0.1", port };
  const lookup = target.lookup as Lookup | undefined;
  if (lookup === undefined) return connect.call(this, redirected, listener);
  lookup(target.host ?? "localhost", { all: true }, (error) => {
    if (error) this.destroy(error);
    else connect.call(this, redirected, listener);
  });
  return this;
} as Socket["connect"];
