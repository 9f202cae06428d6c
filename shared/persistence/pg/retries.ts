/** Postgres ended the transaction for the sake of another one: a deadlock, a conflict of serializable transactions. */
const ENDED_FOR_ANOTHER: readonly unknown[] = ["40P01", "40001"];

const MOST_ATTEMPTS = 8;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 200;

/** Runs a transaction again that was undone for the sake of another one; any other failure is thrown at once. */
export async function withRetries<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction();
    } catch (error) {
      if (attempt === MOST_ATTEMPTS || !ENDED_FOR_ANOTHER.includes(errorCode(error))) throw error;
    }
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
  }
}

/** SQLSTATE, or undefined where the connection failed. */
export function errorCode(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
