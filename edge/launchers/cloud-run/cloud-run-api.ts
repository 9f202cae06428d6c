import type { CloudRun } from "../../settings/launchers/cloud-run-settings.ts";
import { callPlatform, type LauncherTools, type PlatformReply, type PlatformRequest } from "../platform-call.ts";
import { platformWords } from "../platform-words.ts";
import { accessToken, forgetToken } from "./access-token.ts";
import { googleError } from "./google-error.ts";

/** Requests to the Cloud Run Admin API, each with an access token. A refusal of the token counts as the API's reply. */
export type CloudRunApi = {
  call(request: Pick<PlatformRequest, "method" | "body">, path: string, signal: AbortSignal): Promise<PlatformReply>;
  /** What Google says, without the access token. */
  words(reply: PlatformReply): string;
  failed(reply: PlatformReply): Error;
};

export function cloudRunApi({ key, apiUrl }: CloudRun, tools: LauncherTools): CloudRunApi {
  const secrets = new Set<string>();
  const words = (reply: PlatformReply) => platformWords(googleError(reply).words, [...secrets]);
  return {
    words,
    failed: (reply) => new Error(`Google Cloud answered HTTP ${reply.status}: ${words(reply)}`),
    call: async (request, path, signal) => {
      const token = await accessToken(key, tools, signal);
      if (token.kind === "refused") return token.reply;
      secrets.add(token.text);
      const headers = { authorization: `Bearer ${token.text}` };
      const reply = await callPlatform(tools, { ...request, url: `${apiUrl}/v2/${path}`, headers }, signal);
      if (reply.status === 401) forgetToken(key);
      return reply;
    },
  };
}
