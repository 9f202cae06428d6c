/**
 * A client that leaves in the middle of a request. Closing a socket does not cancel a local Worker; aborting a request
 * to a service does.
 */
export default {
  async fetch(request: Request, services: Record<string, Fetcher>): Promise<Response> {
    const url = new URL(request.url);
    const leaving = new AbortController();
    const service = services[url.searchParams.get("service")!]!;
    const asked = service.fetch(`http://isolate${url.searchParams.get("path")}`, {
      method: request.method,
      ...(request.method === "POST" ? { body: await request.text() } : {}),
      signal: leaving.signal,
    });
    const left = asked.then(
      () => "answered",
      () => "left",
    );
    while ((await tripsOf(service)) === 0) await scheduler.wait(5);
    leaving.abort();
    return new Response(await left);
  },
};

async function tripsOf(service: Fetcher): Promise<number> {
  return ((await (await service.fetch("http://isolate/test/counts")).json()) as { trips: number }).trips;
}
