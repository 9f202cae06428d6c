/** Named steps of one invocation, in their order. */
export type IsolatedSteps = Readonly<Record<string, () => Promise<unknown>>>;

/**
 * Runs the steps in order. A failed step stops no later one; an error for each is thrown at the end. Each step bounds
 * its own statements, because one invocation has 1,000.
 */
export async function runIsolated(steps: IsolatedSteps): Promise<void> {
  const errors: Error[] = [];
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step();
    } catch (cause) {
      errors.push(new Error(`${name} failed`, { cause }));
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, errors.map(({ message }) => message).join(", "));
}
