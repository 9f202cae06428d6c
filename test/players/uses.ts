import { bodyOf } from "../../client/index.ts";
import type { Stack } from "../e2e/stack.ts";

/** How many uses of a token are consumed. */
export async function consumedUses({ client }: Stack, token: string): Promise<number | undefined> {
  return bodyOf(await client.lookUpToken({ body: { token } })).uses;
}

export type GateAnswer = { readonly status: number; readonly code: string | null; readonly keyId: string | null };

/** What the gate says to another session that is started with an issued token, for the first quality of its master. */
export async function anotherSession({ origin }: Stack, masterUrl: string): Promise<GateAnswer> {
  const [playlist] = await urisOf(new URL(masterUrl, origin));
  const [, keyUri] = /#EXT-X-KEY:.*URI="([^"]+)"/.exec(await textOf(playlist!)) ?? [];
  if (keyUri === undefined) throw new Error("the media playlist names no key");
  const key = new URL(keyUri, playlist);
  const answer = await fetch(key);
  const { code } = answer.ok ? { code: null } : ((await answer.json()) as { code: string });
  return { status: answer.status, code, keyId: key.searchParams.get("keyId") };
}

/** The URIs of a playlist, resolved. A master that is read with an issued token starts a session. */
export async function urisOf(playlist: URL): Promise<URL[]> {
  const lines = (await textOf(playlist)).split("\n");
  return lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => new URL(line, playlist));
}

async function textOf(url: URL): Promise<string> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url.pathname}: ${answer.status}`);
  return answer.text();
}
