import type { RotationBatch, RotationItem } from "../../../client/index.ts";
import { Badge, type Tone } from "../../components/badge.tsx";
import { wordsOf } from "../../components/facts.tsx";

const BATCH_TONES: Readonly<Record<RotationBatch["state"], Tone>> = {
  RUNNING: "busy",
  PAUSED: "waiting",
  DONE: "good",
  CANCELLED: "quiet",
};

export function BatchState({ state }: Pick<RotationBatch, "state">) {
  return <Badge tone={BATCH_TONES[state]}>{wordsOf(state)}</Badge>;
}

const ITEM_TONES: Readonly<Record<RotationItem["state"], Tone>> = {
  PENDING: "waiting",
  ROTATING: "busy",
  SUCCEEDED: "good",
  FAILED: "bad",
  SKIPPED: "quiet",
};

export function ItemState({ state }: Pick<RotationItem, "state">) {
  return <Badge tone={ITEM_TONES[state]}>{wordsOf(state)}</Badge>;
}
