/**
 * A client that leaves in the middle of a request. Closing a socket does not cancel a local Worker; aborting a request
 * to a service does.
 */
export default {
  async fetch(request: Request, services: Record<string, Fetcher>): Promise<Response> {
    const url = new URL(request.url);
    const leaving = new AbortController();
    const asked = services[url.searchParams.get("service")!]!.fetch(`http://isolate${url.searchParams.get("path")}`, {
      method: request.method,
      ...(request.method === "POST" ? { body: await request.text() } : {}),
      signal: leaving.signal,
    });
    const left = asked.then(
      () => "answered",
      () => "left",
    );
    await scheduler.wait(Number(url.searchParams.get("afterMs")));
    leaving.abort();
    return new Response(await left);
  },
};
