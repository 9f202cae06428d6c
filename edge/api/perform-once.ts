import type { IdempotencyClaim, StoredAnswer } from "../../shared/application/ports/idempotency-store.ts";
import type { VideoPostRepository } from "../../shared/application/ports/video-post-repository.ts";
import { secretId } from "../../shared/lib/random-id.ts";
import type { Context } from "../context.ts";
import { type Refusal, refused } from "../http/refusal.ts";
import { logError } from "../log/log.ts";
import { type Answer, isFile, type Outcome } from "./answer.ts";
import { readAnswer, storedAnswer } from "./stored-answer.ts";

/** How long a request may run before a repeat takes over from it. The platform ends an abandoned one after 30 s. */
const CLAIM_MS = 60_000;
/** From the first request on. */
const KEPT_MS = 24 * 3600_000;

export type OnceRequest = { readonly callerId: string; readonly key: string; readonly fingerprint: string };

type Saved = Parameters<VideoPostRepository["save"]>[0];
export type AnswerOfSave = (save: Saved) => Answer | null;

type Deps = Pick<Context, "idempotency" | "posts" | "vault" | "now">;

export type OncePerformed = { readonly outcome: Outcome; readonly replayed: boolean };

/**
 * Runs a request with an Idempotency-Key, or answers as the first one with the key was answered. A save of a post stores
 * the answer with it, if `answerOfSave` can say it before; any other answer is stored after the work. Refusals are not
 * stored.
 */
export async function performOnce<C extends Deps>(
  context: C,
  request: OnceRequest,
  run: (context: C) => Promise<Outcome>,
  answerOfSave: AnswerOfSave,
): Promise<OncePerformed> {
  const { idempotency, now } = context;
  const at = now();
  const claim: IdempotencyClaim = { callerId: request.callerId, key: request.key, claimId: secretId() };
  const times = { claimedUntil: at + CLAIM_MS, expiresAt: at + KEPT_MS };
  const begun = await idempotency.begin({ ...claim, fingerprint: request.fingerprint, ...times }, at);
  switch (begun.kind) {
    case "started": {
      const outcome = await run({ ...context, posts: withReceipts(context, claim, answerOfSave) });
      await settle(context, claim, outcome).catch((error: unknown) => logError("idempotency-key", error));
      return { outcome, replayed: false };
    }
    case "answered":
      return replay(context, claim, begun.answer);
    case "running":
      return { outcome: stillRunning(begun.claimedUntil - at), replayed: false };
    case "reused":
      return { outcome: refused("idempotency-key-reused", REUSED), replayed: false };
    default:
      return begun satisfies never;
  }
}

const REUSED = "This key belongs to another request of yours. Send a new key for a new request.";
const LOST = "The request was carried out. Its answer can no longer be decrypted; read what it changed instead.";

function stillRunning(leftMs: number): Refusal {
  const seconds = Math.min(Math.max(Math.ceil(leftMs / 1000), 1), 5);
  return refused("idempotency-in-progress", "A request with this key is running. Send it again.", {
    "retry-after": String(seconds),
  });
}

async function replay(
  { vault }: Pick<Deps, "vault">,
  claim: IdempotencyClaim,
  stored: StoredAnswer,
): Promise<OncePerformed> {
  const answer = await readAnswer(vault, claim, stored);
  return answer === null
    ? { outcome: refused("idempotency-answer-lost", LOST), replayed: false }
    : { outcome: answer, replayed: true };
}

/** The first save of the request takes the answer along; every save is refused once another request has the key. */
function withReceipts(
  { posts, vault }: Pick<Deps, "posts" | "vault">,
  claim: IdempotencyClaim,
  answerOfSave: AnswerOfSave,
): VideoPostRepository {
  let isStored = false;
  return {
    ...posts,
    save: async (save, now, options) => {
      if (isStored) return posts.save(save, now, options);
      const foreseen = answerOfSave(save);
      const answer = foreseen === null ? null : await storedAnswer(vault, claim, foreseen);
      const outcome = await posts.save({ ...save, receipt: { claim, answer } }, now, options);
      if (outcome === "saved" && answer !== null) isStored = true;
      return outcome;
    },
  };
}

/** A refusal frees the key: a repeat is judged again. */
async function settle(
  { idempotency, vault }: Pick<Deps, "idempotency" | "vault">,
  claim: IdempotencyClaim,
  outcome: Outcome,
): Promise<void> {
  const answer = outcome.kind === "refused" || isFile(outcome.body) ? null : await storedAnswer(vault, claim, outcome);
  await (answer === null ? idempotency.abandon(claim) : idempotency.finish(claim, answer));
}
