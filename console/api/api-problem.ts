import { type Problem, type RefusedCall, UnexpectedAnswer } from "../../client/index.ts";

/** A refusal of the API as an error: what it says is for the person who reads it. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly status: number;
  readonly code: RefusedCall["code"];
  readonly title: string;
  readonly detail: string | null;
  readonly retryAfterSeconds: number | null;

  constructor(problem: Pick<Problem, "title" | "detail" | "code">, status: number, retryAfterSeconds: number | null) {
    super(problem.detail === undefined ? problem.title : `${problem.title}: ${problem.detail}`);
    this.status = status;
    this.code = problem.code;
    this.title = problem.title;
    this.detail = problem.detail ?? null;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Cloudflare Access sends the browser to its own page, which a request of a script cannot follow. */
export class AccessSessionEnded extends Error {
  override readonly name = "AccessSessionEnded";
}

type Result =
  | { readonly ok: true; readonly body: unknown }
  | {
      readonly ok: false;
      readonly status: number;
      readonly problem: Pick<Problem, "title" | "detail" | "code">;
      readonly retryAfterSeconds: number | null;
    };

/** The body of an answer; a refusal is thrown. */
export async function answered<R extends Result>(call: Promise<R>): Promise<Extract<R, { ok: true }>["body"]> {
  const result = await call;
  if (result.ok) return result.body;
  throw new ApiProblem(result.problem, result.status, result.retryAfterSeconds);
}

export type Explanation = { readonly title: string; readonly detail: string | null };

/** What a person reads about an error of any kind. */
export function explain(error: unknown): Explanation {
  if (error instanceof ApiProblem) return { title: error.title, detail: error.detail };
  if (error instanceof AccessSessionEnded)
    return { title: "Your session has ended", detail: "Load the page again to sign in with Cloudflare Access." };
  if (error instanceof UnexpectedAnswer)
    return {
      title: `Unexpected answer (${error.status})`,
      detail: "Something between this page and the API answered.",
    };
  if (error instanceof TypeError)
    return { title: "No connection", detail: "The API cannot be reached. Check your network and try again." };
  return { title: "Something went wrong", detail: error instanceof Error ? error.message : null };
}

/** The code of a refusal by the API; null for every other error. */
export function codeOf(error: unknown): string | null {
  return error instanceof ApiProblem ? error.code : null;
}
