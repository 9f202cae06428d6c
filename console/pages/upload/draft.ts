/** The texts of a post that is not created yet. They outlive a reload, as its uploads do, and end with the tab. */
export type Draft = {
  readonly title: string;
  readonly description: string;
  readonly resourceType: "VIDEO" | "AUDIO";
  readonly access: "POLICY" | "PUBLIC";
  readonly autoPublish: boolean;
};

const STORED_AS = "console.draft";

const EMPTY_DRAFT: Draft = {
  title: "",
  description: "",
  resourceType: "VIDEO",
  access: "POLICY",
  autoPublish: false,
};

export function readDraft(): Draft {
  const stored = sessionStorage.getItem(STORED_AS);
  return stored === null ? EMPTY_DRAFT : { ...EMPTY_DRAFT, ...(JSON.parse(stored) as Partial<Draft>) };
}

export function writeDraft(draft: Draft): void {
  sessionStorage.setItem(STORED_AS, JSON.stringify(draft));
}

export function forgetDraft(): void {
  sessionStorage.removeItem(STORED_AS);
}
