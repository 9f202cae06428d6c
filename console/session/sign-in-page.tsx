import { QueryClient, QueryClientProvider, useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { ActionButton } from "../components/buttons.tsx";
import { CheckboxField, TextInput } from "../components/fields.tsx";
import { ProblemNotice } from "../components/states.tsx";

type SignInPageProps = {
  /** Why the session ended; null if there was none. */
  readonly reason: Error | null;
  readonly signIn: (apiKey: string, keepForTab: boolean) => Promise<void>;
};

const queries = new QueryClient();

export function SignInPage(props: SignInPageProps) {
  return (
    <QueryClientProvider client={queries}>
      <SignInForm {...props} />
    </QueryClientProvider>
  );
}

function SignInForm({ reason, signIn }: SignInPageProps) {
  const [apiKey, setApiKey] = useState("");
  const [keepForTab, setKeepForTab] = useState(false);
  const attempt = useMutation({ mutationFn: () => signIn(apiKey.trim(), keepForTab) });
  const headingId = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = "Sign in – ladderlock";
    input.current?.focus();
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (apiKey.trim() !== "") attempt.mutate();
  };
  const error = attempt.error ?? reason;
  return (
    <main className="sign-in">
      <form className="sign-in-form" onSubmit={submit} aria-labelledby={headingId}>
        <img src="/watch-assets/icon.svg" alt="" width="40" height="40" />
        <h1 id={headingId}>ladderlock console</h1>
        <p className="quiet">
          Sign in with an API key of this deployment. Where Cloudflare Access protects this page, you are signed in
          already.
        </p>
        {error !== null && <ProblemNotice error={error} />}
        <TextInput
          label="API key"
          type="password"
          value={apiKey}
          onChange={setApiKey}
          inputRef={input}
          autoComplete="off"
          isRequired
        />
        <CheckboxField isSelected={keepForTab} onChange={setKeepForTab}>
          Keep me signed in until this tab is closed
        </CheckboxField>
        <p className="quiet small">Otherwise the key is kept in memory only, and a reload of the page forgets it.</p>
        <ActionButton type="submit" variant="primary" isPending={attempt.isPending}>
          Sign in
        </ActionButton>
      </form>
    </main>
  );
}
