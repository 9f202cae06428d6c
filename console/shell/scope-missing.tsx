import { PageHeader } from "../components/page-header.tsx";
import type { Scope } from "../session/scopes.ts";

export function ScopeMissing({ scope }: { readonly scope: Scope }) {
  return (
    <>
      <PageHeader title="Not allowed" />
      <p>
        This page requires the scope <code>{scope}</code>, which your credentials do not have.
      </p>
    </>
  );
}
