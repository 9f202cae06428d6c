import { Navigate } from "@tanstack/react-router";
import { PageHeader } from "../../components/page-header.tsx";
import { Empty } from "../../components/states.tsx";
import { holds } from "../../session/scopes.ts";
import { useSession } from "../../session/session.tsx";
import { EDITOR_NAVIGATION } from "../editor-navigation.ts";
import { OPERATOR_NAVIGATION } from "../operator-navigation.ts";

/** Leads to the first page that the scopes allow. */
export function StartPage() {
  const { caller } = useSession();
  const first = [...EDITOR_NAVIGATION, ...OPERATOR_NAVIGATION].find(({ scope }) => holds(caller, scope));
  if (first !== undefined) return <Navigate to={first.to} replace />;
  return (
    <>
      <PageHeader title="ladderlock console" />
      <Empty heading="Your credentials allow no page of the console.">
        <p>Their scopes: {caller.scopes.length === 0 ? "none" : caller.scopes.join(", ")}</p>
      </Empty>
    </>
  );
}
