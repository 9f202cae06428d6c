import type { Hono } from "hono";
import type { AuthMethod } from "./route-table.ts";

/* From a registered route to requests that reach it. */

type Registered = Hono["routes"][number];

/** What `app.use` registers takes `next`, and passes on what it does not refuse. */
const mayPassOn = ({ method, handler }: Registered) => method === "ALL" && handler.length >= 2;

/** `METHOD path` of everything that answers. */
export function registeredRoutes(app: Hono): string[] {
  const routes = app.routes.filter((route) => !mayPassOn(route));
  // A route with its own middleware is registered twice.
  return [...new Set(routes.map(({ method, path }) => `${method} ${path}`))].toSorted();
}

export type Samples = Readonly<Record<string, string>>;

export type Sample = { readonly method: string; readonly path: string; readonly body?: string };

const WITH_BODY = ["POST", "PUT", "PATCH"];

/** Methods that a route for all of them is tried with. OPTIONS is CORS, and nobody's secret. */
const ALL_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/** Requests of every method that leads to the route; HEAD is answered by what GET is. */
export function requestsTo(route: string, auth: AuthMethod, samples: Samples): Sample[] {
  const [method = "", pattern = ""] = route.split(" ");
  const path = filled(pattern, samples) + queryOf(auth, samples);
  const body = filledBody(auth, samples);
  return methodsOf(method).map((one) => ({ method: one, path, ...(WITH_BODY.includes(one) ? { body } : {}) }));
}

function methodsOf(method: string): string[] {
  if (method === "ALL") return ALL_METHODS;
  return method === "GET" ? ["GET", "HEAD"] : [method];
}

function queryOf(auth: AuthMethod, samples: Samples): string {
  return auth.kind === "playback-token" && auth.query !== undefined ? `?${filled(auth.query, samples)}` : "";
}

function filledBody(auth: AuthMethod, samples: Samples): string {
  return auth.kind === "viewer" ? filled(JSON.stringify(auth.body), samples) : "{}";
}

/** `:name`, with or without a pattern in braces, becomes the sample of that name; `*` any segment. */
function filled(text: string, samples: Samples): string {
  const named = text.replaceAll(/:([a-zA-Z]+)(?:\{[^/]*\})?(?=[/&"?]|$)/g, (_, name: string) =>
    sampleOf(name, samples),
  );
  return named.replace("*", "anything");
}

/** A value may name another sample in its turn. */
function sampleOf(name: string, samples: Samples): string {
  const value = samples[name] ?? `some-${name}`;
  return value.startsWith(":") ? sampleOf(value.slice(1), samples) : value;
}
