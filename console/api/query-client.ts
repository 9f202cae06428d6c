import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { AccessSessionEnded, ApiProblem } from "./api-problem.ts";

const MOST_RETRIES = 3;
const STALE_AFTER_MS = 10_000;
const CREDENTIALS = new Set(["credentials-missing", "credentials-invalid"]);

/** `onSignedOut` is called when the API no longer accepts the credentials. */
export function createQueryClient(onSignedOut: (error: Error) => void): QueryClient {
  const onError = (error: Error) => {
    const isRefused = error instanceof ApiProblem && CREDENTIALS.has(error.code);
    if (isRefused || error instanceof AccessSessionEnded) onSignedOut(error);
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: { staleTime: STALE_AFTER_MS, retry: isWorthRetrying, retryDelay: waitBeforeRetry },
      mutations: { retry: false },
    },
  });
}

/** A refusal with Retry-After may pass; every other one is final. Requests that were not answered are repeated once. */
function isWorthRetrying(failures: number, error: Error): boolean {
  if (error instanceof ApiProblem) return error.retryAfterSeconds !== null && failures < MOST_RETRIES;
  return error instanceof TypeError && failures < 1;
}

function waitBeforeRetry(failures: number, error: Error): number {
  const seconds = error instanceof ApiProblem ? error.retryAfterSeconds : null;
  return (seconds ?? 2 ** failures) * 1000;
}
