import { bodyOf, createClient } from "ladderlock/client";
import { page } from "./page.ts";

/** LADDERLOCK: the origin of the Worker. API_KEY has the scopes tokens:issue and access:write. */
export type Settings = { readonly LADDERLOCK: string; readonly API_KEY: string; readonly VIDEO_POST_ID: string };
/** Who has bought 1080p: a KV namespace, or anything like it. */
export type Purchases = {
  get(viewer: string): Promise<string | null>;
  put(viewer: string, quality: string): Promise<void>;
  delete(viewer: string): Promise<void>;
};

const FREE = ["480p", "360p"] as const;
const SOLD = ["1080p", "720p", ...FREE] as const;

/** A site that sells 1080p of one film. */
export async function handle(request: Request, settings: Settings, purchases: Purchases): Promise<Response> {
  const { LADDERLOCK, API_KEY, VIDEO_POST_ID } = settings;
  const client = createClient({ baseUrl: LADDERLOCK, token: API_KEY });
  const known = /(?:^|; )viewer=([\w-]{36})/.exec(request.headers.get("cookie") ?? "")?.[1];
  const viewer = known ?? crypto.randomUUID();
  const headers = { "set-cookie": `viewer=${viewer}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000` };
  const token = async () => {
    const qualities = (await purchases.get(viewer)) === "1080p" ? SOLD : FREE;
    const part = { videoPostId: VIDEO_POST_ID, fileIndex: 0 };
    return Response.json(bodyOf(await client.issueToken({ body: { ...part, viewer, qualities } })), { headers });
  };
  switch (`${request.method} ${new URL(request.url).pathname}`) {
    case "GET /":
      return new Response(page(LADDERLOCK), { headers: { ...headers, "content-type": "text/html; charset=utf-8" } });
    case "GET /react":
      return new Response(
        `<!doctype html><title>A film</title><div id="root" data-server="${LADDERLOCK}"></div>
<script type="module" src="/film.js"></script>`,
        { headers: { ...headers, "content-type": "text/html; charset=utf-8" } },
      );
    case "POST /token":
      return token();
    case "POST /buy":
      // Your payment provider says here that the viewer has paid.
      await purchases.put(viewer, "1080p");
      return token();
    case "POST /refund":
      await purchases.delete(viewer);
      bodyOf(await client.revoke({ body: { viewer } }));
      return new Response(null, { status: 204 });
    default:
      return new Response("Not found", { status: 404 });
  }
}
