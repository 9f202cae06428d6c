import type { IdempotencyClaim, StoredAnswer } from "../../shared/application/ports/idempotency-store.ts";
import type { KeyVault, TextBinding } from "../../shared/key-vault/key-vault.ts";
import type { AuditFacts, StatedFacts } from "../audit/audit-facts.ts";
import { logError } from "../log/log.ts";
import type { Answer } from "./answer.ts";

/** Characters of an answer: wrapped it stays below the 1 MB that one value of the database may have. */
const LONGEST = 700_000;

/** The answer as it is stored: wrapped, because it may contain a secret. Null if it is too long. */
export async function storedAnswer(
  vault: KeyVault,
  claim: IdempotencyClaim,
  { status, body, facts }: Answer,
): Promise<StoredAnswer | null> {
  const text = JSON.stringify({ body, facts });
  if (new TextEncoder().encode(text).length > LONGEST) return null;
  return { status, ...(await vault.wrapText(text, bindingOf(claim))) };
}

/** Null if its key-encryption key is gone. */
export async function readAnswer(
  vault: KeyVault,
  claim: IdempotencyClaim,
  stored: StoredAnswer,
): Promise<Answer<number, unknown, StatedFacts | undefined> | null> {
  try {
    const text = await vault.unwrapText(stored, bindingOf(claim));
    const { body, facts } = JSON.parse(text) as { body: unknown; facts?: StatedFacts };
    return { kind: "answer", status: stored.status, body, facts: markedAsReplay(facts) };
  } catch (error) {
    logError("idempotency-key", error);
    return null;
  }
}

function bindingOf({ callerId, key }: IdempotencyClaim): TextBinding {
  return { requestId: JSON.stringify([callerId, key]), purpose: "answer" };
}

/** The audit log has an event for each answer; this one did nothing. */
function markedAsReplay(facts: StatedFacts | undefined): StatedFacts {
  const marked = (one: AuditFacts): AuditFacts => ({ ...one, details: { ...one.details, repeat: true } as never });
  return Array.isArray(facts) ? facts.map(marked) : marked((facts as AuditFacts | undefined) ?? {});
}
