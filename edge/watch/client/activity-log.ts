/** One line of the log. Tokens never get this far. */
export type Activity = {
  readonly kind: "token" | "key" | "playlist" | "segment" | "note";
  /** Null if no quality is concerned. */
  readonly quality: string | null;
  readonly keyId?: string;
  /** HTTP status; null if it was no request, 0 if there was no response. */
  readonly status: number | null;
  readonly meaning: string;
  /** A remark about the request. */
  readonly how?: string;
  /** Whether a person made the request by hand. */
  readonly attempt?: boolean;
};

export interface ActivityLog {
  add(activity: Activity): void;
  clear(): void;
}

export type ActivityLogElements = {
  readonly list: HTMLElement;
  readonly given: HTMLElement;
  readonly refused: HTMLElement;
};

const LONGEST_LOG = 200;
const KEY_ID_SHOWN = 8;

/** The newest line comes first. `now` gives the time of a line. */
export function createActivityLog({ list, given, refused }: ActivityLogElements, now: () => Date): ActivityLog {
  const tally = { given: 0, refused: 0 };
  const show = () => {
    given.textContent = String(tally.given);
    refused.textContent = String(tally.refused);
  };
  return {
    add(activity) {
      if (isRefusal(activity)) tally.refused += 1;
      else if (activity.kind === "key") tally.given += 1;
      show();
      list.prepend(line(activity, now()));
      while (list.children.length > LONGEST_LOG) list.lastElementChild?.remove();
    },
    clear() {
      tally.given = 0;
      tally.refused = 0;
      list.replaceChildren();
      show();
    },
  };
}

function isRefusal({ status }: Activity): boolean {
  return status !== null && (status === 0 || status >= 400);
}

function line(activity: Activity, at: Date): HTMLElement {
  const item = document.createElement("li");
  Object.assign(item.dataset, {
    kind: activity.kind,
    quality: activity.quality ?? "",
    status: activity.status === null ? "" : String(activity.status),
    outcome: activity.status === null ? "note" : isRefusal(activity) ? "refused" : "given",
    ...(activity.attempt === true ? { attempt: "" } : {}),
  });
  const time = document.createElement("time");
  time.dateTime = at.toISOString();
  time.textContent = at.toLocaleTimeString("en-GB");
  item.append(time, " ", span("what", whatText(activity)), " ");
  if (activity.status !== null) item.append(span("status", activity.status === 0 ? "–" : String(activity.status)), " ");
  const meaning = span("meaning", activity.meaning);
  if (activity.how !== undefined) meaning.append(" ", span("how", `· ${activity.how}`));
  item.append(meaning);
  return item;
}

function whatText({ kind, quality, keyId }: Activity): string {
  const id = keyId === undefined ? "" : ` ${shortened(keyId)}`;
  return [kind === "note" ? "" : kind, quality ?? ""].filter((word) => word !== "").join(" ") + id;
}

/** The end of an id: time-ordered ids of one video have the same beginning. */
function shortened(keyId: string): string {
  return keyId.length <= KEY_ID_SHOWN ? keyId : `…${keyId.slice(-KEY_ID_SHOWN)}`;
}

function span(name: string, text: string): HTMLElement {
  const element = document.createElement("span");
  element.className = name;
  element.textContent = text;
  return element;
}
