import { QueryClientProvider } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from "react";
import type { Caller } from "../../client/index.ts";
import { type Api, createApi } from "../api/api-client.ts";
import { AccessSessionEnded, answered, codeOf } from "../api/api-problem.ts";
import { createQueryClient } from "../api/query-client.ts";
import { Loading, ProblemNotice } from "../components/states.tsx";
import { holds, type Scope } from "./scopes.ts";
import { SignInPage } from "./sign-in-page.tsx";
import { forgetStoredKey, readStoredKey, storeKey } from "./stored-key.ts";

export type Session = {
  readonly api: Api;
  readonly caller: Caller;
  /** Null where Cloudflare Access identifies the browser. */
  readonly apiKey: string | null;
  readonly signOut: () => void;
  /** Aborted when the session ends, by its user or, with an Error as the reason, by the API. */
  readonly ended: AbortSignal;
};

/** The reason of a session that its user ended. */
const SIGNED_OUT = "signed out";

type State =
  | { readonly kind: "checking" }
  /** The key of this tab could not be checked. */
  | { readonly kind: "unchecked"; readonly reason: Error }
  | { readonly kind: "signed-out"; readonly reason: Error | null }
  | { readonly kind: "signed-in"; readonly caller: Caller; readonly apiKey: string | null };

const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("used outside of a session");
  return session;
}

/** Whether what requires this scope is offered. */
export function useHolds(scope: Scope): boolean {
  return holds(useSession().caller, scope);
}

/** Shows its children once a caller has signed in, and the sign-in until then. */
export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const [state, setState] = useState<State>({ kind: "checking" });
  const signOut = useCallback((reason: Error | null) => {
    forgetStoredKey();
    setState({ kind: "signed-out", reason });
  }, []);

  const check = useCallback(() => {
    const apiKey = readStoredKey();
    setState({ kind: "checking" });
    identify(apiKey).then(
      (caller) => setState({ kind: "signed-in", caller, apiKey }),
      (error: Error) => {
        // A key that was shown only once is not forgotten because the service was away for a moment.
        if (apiKey !== null && !isRefused(error)) setState({ kind: "unchecked", reason: error });
        else signOut(apiKey === null && isNobody(error) ? null : error);
      },
    );
  }, [signOut]);
  useEffect(check, [check]);

  switch (state.kind) {
    case "checking":
      return <Loading label="Signing in" />;
    case "unchecked":
      return (
        <main className="sign-in">
          <ProblemNotice error={state.reason} retry={check} />
        </main>
      );
    case "signed-out": {
      const signIn = async (apiKey: string, keepForTab: boolean) => {
        const caller = await identify(apiKey);
        if (keepForTab) storeKey(apiKey);
        setState({ kind: "signed-in", caller, apiKey });
      };
      return <SignInPage reason={state.reason} signIn={signIn} />;
    }
    case "signed-in":
      return (
        <SignedIn caller={state.caller} apiKey={state.apiKey} signOut={signOut}>
          {children}
        </SignedIn>
      );
    default:
      return state satisfies never;
  }
}

type SignedInProps = Pick<Session, "caller" | "apiKey"> & {
  readonly signOut: (reason: Error | null) => void;
  readonly children: ReactNode;
};

/** What was read with one key is forgotten with it. */
function SignedIn({ caller, apiKey, signOut, children }: SignedInProps) {
  const [{ queries, session }] = useState(() => {
    const ending = new AbortController();
    const end = (reason: Error | null) => {
      ending.abort(reason ?? SIGNED_OUT);
      signOut(reason);
    };
    const ended = ending.signal;
    return {
      queries: createQueryClient(end),
      session: { api: createApi(apiKey), caller, apiKey, signOut: () => end(null), ended },
    };
  });
  return (
    <SessionContext value={session}>
      <QueryClientProvider client={queries}>{children}</QueryClientProvider>
    </SessionContext>
  );
}

function identify(apiKey: string | null): Promise<Caller> {
  return answered(createApi(apiKey).getCaller());
}

/** Nobody has signed in yet: no fault to report. */
function isNobody(error: Error): boolean {
  return codeOf(error) === "credentials-missing" || error instanceof AccessSessionEnded;
}

function isRefused(error: Error): boolean {
  return ["credentials-missing", "credentials-invalid"].includes(codeOf(error) ?? "");
}
