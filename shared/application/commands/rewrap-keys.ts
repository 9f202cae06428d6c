import { STORED_CLEAR } from "../../domain/part/video-file.ts";
import { singleKeyBinding } from "../../domain/quality/single-key-source.ts";
import type { KeyVault, WrappedKey } from "../../key-vault/key-vault.ts";
import type {
  KeyAtRest,
  KeyAtRestKind,
  KeyPage,
  KeyPosition,
  KeysUnder,
  KeyWrappingStore,
} from "../ports/key-wrapping-store.ts";
import { unwrapSourceUrl, wrapSourceUrl } from "../source-url.ts";

type Deps = { readonly vault: KeyVault; readonly wrappings: KeyWrappingStore };

/** Start of the next page: old key-encryption key, table, and the last key before it. */
export type RewrapPosition = Omit<KeyPage, "limit">;

export type RewrapReport = {
  readonly current: string;
  readonly rewrapped: number;
  /** Keys of this page that do not unwrap although their key-encryption key is configured: the row was edited. */
  readonly damaged: readonly KeyAtRest[];
  /** Keys still wrapped under other configured key-encryption keys. */
  readonly left: number;
  /** Keys under key-encryption keys that are not configured, which cannot be read. */
  readonly unknown: readonly KeysUnder[];
  /** Null at the end. `left` may still be above 0 if keys were changed meanwhile. */
  readonly next: RewrapPosition | null;
};

const KINDS: readonly KeyAtRestKind[] = ["content", "single-key", "source-url", "webhook-secret"];

/**
 * RewrapKeys: re-wraps one page of keys under the current key-encryption key. Content does not change, and the key
 * endpoint unwraps with either. A page may be empty without being the last.
 */
export async function rewrapKeys(
  { vault, wrappings }: Deps,
  from: RewrapPosition | null,
  limit: number,
): Promise<RewrapReport> {
  const places: RewrapPosition[] = [
    ...vault.formerKekIds.flatMap((kekId) => KINDS.map((kind) => ({ kekId, kind, after: null }))),
    { kekId: STORED_CLEAR, kind: "source-url", after: null },
  ];
  const index = from === null ? 0 : places.findIndex(({ kekId, kind }) => kekId === from.kekId && kind === from.kind);
  const place = from ?? places[0];
  const page = place === undefined ? [] : await wrappings.listUnder({ ...place, limit });
  const opened = await Promise.all(page.map((old) => wrappedAnew(vault, old)));
  const changes = opened.filter((one): one is Rewrapped => one.wrapped !== null);
  const rewrapped = place === undefined ? 0 : await wrappings.replace(place.kind, changes);
  const damaged = opened.flatMap(({ old, wrapped }) => (wrapped === null ? [old] : []));
  const last = page.length === limit ? page.at(-1) : undefined;
  const next =
    last === undefined ? (places[index + 1] ?? null) : { kekId: last.kekId, kind: last.kind, after: positionOf(last) };
  return { current: vault.currentKekId, rewrapped, damaged, next, ...(await left(vault, wrappings)) };
}

type Rewrapped = { readonly old: KeyAtRest; readonly wrapped: WrappedKey };

/** Null for a key that does not unwrap. It is left unchanged. */
async function wrappedAnew(vault: KeyVault, old: KeyAtRest): Promise<Rewrapped | { old: KeyAtRest; wrapped: null }> {
  return { old, wrapped: await wrapAgain(vault, old).catch(() => null) };
}

async function wrapAgain(vault: KeyVault, old: KeyAtRest): Promise<WrappedKey> {
  const { kekId, wrappedKey } = old;
  if (old.kind === "webhook-secret") {
    const binding = { secretId: old.id, purpose: "webhook-secret" } as const;
    const wrapped = await vault.wrapText(await vault.unwrapText({ kekId, wrappedText: wrappedKey }, binding), binding);
    return { kekId: wrapped.kekId, wrappedKey: wrapped.wrappedText };
  }
  const { fileId, version } = old;
  if (old.kind === "source-url") {
    const url = await unwrapSourceUrl(vault, fileId, { kekId, wrappedText: wrappedKey });
    const wrapped = await wrapSourceUrl(vault, fileId, url);
    return { kekId: wrapped.kekId, wrappedKey: wrapped.wrappedText };
  }
  const binding = version === null ? singleKeyBinding(fileId) : { fileId, ...version };
  return vault.wrap(await vault.unwrap(old, binding), binding);
}

function positionOf(key: KeyAtRest): KeyPosition {
  if (key.kind === "webhook-secret") return { secretId: key.id };
  const { kind, id, videoPostId, fileIndex } = key;
  return kind === "content" ? { keyId: id } : { videoPostId, fileIndex };
}

async function left({ currentKekId, formerKekIds }: KeyVault, wrappings: KeyWrappingStore) {
  const others = await wrappings.countOthers(currentKekId);
  const isKnown = (kekId: string) => kekId === STORED_CLEAR || formerKekIds.includes(kekId);
  const known = others.filter(({ kekId }) => isKnown(kekId));
  return {
    left: known.reduce(
      (sum, { contentKeys, singleKeys, sourceUrls, webhookSecrets }) =>
        sum + contentKeys + singleKeys + sourceUrls + webhookSecrets,
      0,
    ),
    unknown: others.filter(({ kekId }) => !isKnown(kekId)),
  };
}
