/** A source that cannot be used, said in a sentence that an editor understands. Trying again would not help. */
export type Refusal = { readonly kind: "refused"; readonly reason: string };

export function refuse(reason: string): Refusal {
  return { kind: "refused", reason };
}
