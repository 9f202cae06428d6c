import type { AttachAnswer } from "./attach-messages.ts";

const JSON_TYPE = "application/json";

/** As it crosses from an object to the route. */
export function attachResponse(answer: AttachAnswer | ReadableStream<Uint8Array>): Response {
  return answer instanceof ReadableStream ? new Response(answer) : Response.json(answer);
}

export async function readAttachResponse(
  response: Response,
): Promise<AttachAnswer | { readonly kind: "stream"; readonly stream: ReadableStream<Uint8Array> }> {
  if (!response.ok) throw new Error(`an object of events answered ${response.status}`);
  const isAnswer = response.headers.get("content-type")?.startsWith(JSON_TYPE) === true;
  if (isAnswer) return (await response.json()) as AttachAnswer;
  if (response.body === null) throw new Error("an object of events answered without a stream");
  return { kind: "stream", stream: response.body };
}
