export type Tone = "good" | "bad" | "busy" | "waiting" | "quiet";

/** A state in a word; the color repeats what the word says. */
export function Badge({ tone, children }: { readonly tone: Tone; readonly children: string }) {
  return <span className={`badge badge-${tone}`}>{children}</span>;
}
