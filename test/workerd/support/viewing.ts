import { base64UrlDecode } from "../../../shared/lib/base64.ts";
import type { PublishedPost } from "./published-post.ts";
import type { TestWorker } from "./worker.ts";

/* What viewers and sites do, over HTTP: get a token, start a session, ask for keys. */

type Part = { readonly videoPostId: string; readonly fileIndex: number };
export type Held = { readonly token: string };
export type Issued = Held & { readonly qualities: readonly string[] };

export async function anonymousToken(worker: TestWorker, { videoPostId, fileIndex }: Part): Promise<Issued> {
  const body = JSON.stringify({ videoPostId, fileIndex });
  return issued(await worker.fetch("/video/enc/token", { method: "POST", body }));
}

/** A token that a site issues. */
export async function siteToken(worker: TestWorker, { videoPostId, fileIndex }: Part, more = {}): Promise<Issued> {
  return issued(await worker.admin("POST", "/admin/video/enc/token", { videoPostId, fileIndex, ...more }));
}

async function issued(response: Response): Promise<Issued> {
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return response.json();
}

/** The session token that a player finds in the master. */
export async function startSession(worker: TestWorker, part: Part, issued: Held): Promise<Held> {
  return sessionIn(await (await masterOf(worker, part, issued)).text());
}

export function masterOf(worker: TestWorker, part: Part, { token }: Held): Promise<Response> {
  return worker.fetch(`/video/enc/videoResource/${part.videoPostId}/${part.fileIndex}/master.m3u8?token=${token}`);
}

export function sessionIn(master: string): Held {
  return { token: /token=([\w.-]+)/.exec(master)![1]! };
}

/** "key", or the code of the refusal. */
export async function askKey(
  worker: TestWorker,
  { keys }: Pick<PublishedPost, "keys">,
  { token }: Held,
  quality = "480p",
): Promise<string> {
  const { keyId } = keys.keys.find((key) => key.quality === quality)!;
  const response = await worker.fetch(`/video/enc/key?keyId=${keyId}&quality=${quality}&token=${token}`);
  return response.status === 200 ? "key" : ((await response.json()) as { code: string }).code;
}

/** Play sessions that a counted token has started. */
export async function usesOf(worker: TestWorker, { token }: Held): Promise<number> {
  const { body } = await administer(worker, "POST", "/admin/video/enc/tokens/look-up", { token });
  return body.uses as number;
}

export function tokenId({ token }: Held): string {
  return (JSON.parse(new TextDecoder().decode(base64UrlDecode(token.split(".")[1]!))) as { jti: string }).jti;
}

/** Status and body of an administrator's request. */
export async function administer(worker: TestWorker, method: string, path: string, body?: unknown) {
  const response = await worker.admin(method, path, body);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
