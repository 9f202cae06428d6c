import { Link, Outlet, useMatches, useRouterState } from "@tanstack/react-router";
import { useEffect, useId, useState } from "react";
import { ActionButton } from "../components/buttons.tsx";
import { EDITOR_NAVIGATION } from "../pages/editor-navigation.ts";
import { OPERATOR_NAVIGATION } from "../pages/operator-navigation.ts";
import { holds } from "../session/scopes.ts";
import { useSession } from "../session/session.tsx";
import type { NavigationEntry } from "./navigation.ts";
import { ScopeMissing } from "./scope-missing.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";

/** Header, navigation and the page. On narrow screens a button shows the navigation. */
export function Layout() {
  const [contentId, navigationId] = [useId(), useId()];
  const [isOpen, setOpen] = useState(false);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the navigation.
  useEffect(() => setOpen(false), [path]);
  return (
    <div className="shell">
      <a className="skip-link" href={`#${contentId}`}>
        Skip to the content
      </a>
      <header className="shell-header">
        <Link to="/" className="shell-name">
          <img src="/watch-assets/icon.svg" alt="" width="28" height="28" />
          ladderlock
        </Link>
        <ActionButton
          variant="quiet"
          aria-expanded={isOpen}
          aria-controls={navigationId}
          onPress={() => setOpen((before) => !before)}
        >
          Menu
        </ActionButton>
      </header>
      <div id={navigationId} className="shell-side" data-open={isOpen || undefined}>
        <nav aria-label="Console">
          <NavigationGroup heading="Videos" entries={EDITOR_NAVIGATION} />
          <NavigationGroup heading="Operations" entries={OPERATOR_NAVIGATION} />
        </nav>
        <div className="shell-foot">
          <ThemeSwitch />
          <SignedInAs />
        </div>
      </div>
      <main id={contentId} className="shell-main" tabIndex={-1}>
        <Page />
      </main>
    </div>
  );
}

type NavigationGroupProps = { readonly heading: string; readonly entries: readonly NavigationEntry[] };

function NavigationGroup({ heading, entries }: NavigationGroupProps) {
  const { caller } = useSession();
  const offered = entries.filter(({ scope }) => holds(caller, scope));
  if (offered.length === 0) return null;
  return (
    <>
      <h2 className="navigation-heading">{heading}</h2>
      <ul className="navigation">
        {offered.map(({ to, label }) => (
          <li key={to}>
            <Link to={to}>{label}</Link>
          </li>
        ))}
      </ul>
    </>
  );
}

function SignedInAs() {
  const { caller, apiKey, signOut } = useSession();
  return (
    <div className="signed-in">
      <p className="small">
        <span className="quiet">Signed in as</span>
        <br />
        <span dir="auto">{caller.name ?? caller.callerId}</span>
      </p>
      {apiKey !== null && <ActionButton onPress={signOut}>Sign out</ActionButton>}
    </div>
  );
}

/** The page of the address, if the scopes allow it. */
function Page() {
  const { caller } = useSession();
  const scope = useMatches({ select: (matches) => matches.at(-1)?.staticData.scope });
  return scope === undefined || holds(caller, scope) ? <Outlet /> : <ScopeMissing scope={scope} />;
}
