import type * as z from "zod";
import { base64UrlDecode, base64UrlEncode } from "../../shared/lib/base64.ts";
import { logError } from "../log/log.ts";
import type { Later } from "./freshness.ts";

/**
 * Values in a cache that other Workers of the account can write to, and that other deployments may share. Each is signed
 * with its name.
 *
 * No copy contains a time, since the clocks of machines may differ. The cache drops it after some seconds, and its reader
 * counts it as `ageMs` old: more than it can be.
 */
export type Copies<Value> = {
  /** Null: there is none that can be used. Never throws. */
  readonly find: (id?: string) => Promise<Value | null>;
  readonly keep: (value: Value, later: Later, id?: string) => void;
  readonly ageMs: number;
};

/** The Cache API. */
export type CopyStore = {
  readonly match: (url: string) => Promise<Response | undefined>;
  readonly put: (url: string, response: Response) => Promise<void>;
};

type Kind<Value> = { readonly name: string; readonly schema: z.ZodType<Value>; readonly seconds: number };

/** A cache counts whole seconds, and a reading takes a while until it is stored. */
const SLACK_MS = 1500;
const SIGNATURE = "x-signature";

export function noCopies<Value>(): Copies<Value> {
  return { find: async () => null, keep: () => {}, ageMs: 0 };
}

export function signedCopies<Value extends object>(
  secret: Uint8Array<ArrayBuffer>,
  store: CopyStore,
  { name, schema, seconds }: Kind<Value>,
): Copies<Value> {
  // The key, not a promise of it: a promise belongs to the request that created it.
  let key: CryptoKey | null = null;
  const keyOf = async () => {
    key ??= await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
    return key;
  };
  const signed = (url: string, text: string) => new TextEncoder().encode(`location copy\n${url}\n${text}`);
  const urlOf = (id: string) => `https://gate.ladderlock.invalid/${name}/${id}`;

  const keep = async (value: Value, id: string) => {
    const [url, text] = [urlOf(id), JSON.stringify(value)];
    const signature = await crypto.subtle.sign("HMAC", await keyOf(), signed(url, text));
    const headers = {
      "content-type": "application/json",
      "cache-control": `public, max-age=${seconds}`,
      [SIGNATURE]: base64UrlEncode(new Uint8Array(signature)),
    };
    await store.put(url, new Response(text, { headers }));
  };

  const find = async (id: string): Promise<Value | null> => {
    const url = urlOf(id);
    const response = await store.match(url);
    if (response === undefined) return null;
    const text = await response.text();
    const signature = base64UrlDecode(response.headers.get(SIGNATURE) ?? "");
    if (!(await crypto.subtle.verify("HMAC", await keyOf(), signature, signed(url, text)))) return null;
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  };

  return {
    find: (id = "") => find(id).catch(withoutCopy),
    keep: (value, later, id = "") => later(keep(value, id).catch(withoutCopy)),
    ageMs: seconds * 1000 + SLACK_MS,
  };
}

/** A cache that fails is as good as an empty one. */
function withoutCopy(error: unknown): null {
  logError("location-copies", error);
  return null;
}
