/** Where a command prints its result and what it has to say beside it. */
export type Output = { readonly out: (text: string) => void; readonly err: (text: string) => void };
