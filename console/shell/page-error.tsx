import type { ErrorComponentProps } from "@tanstack/react-router";
import { PageHeader } from "../components/page-header.tsx";
import { ProblemNotice } from "../components/states.tsx";

/** A script that cannot be loaded belongs to an earlier deployment: the newest page names its successors. */
export function PageError({ error }: ErrorComponentProps) {
  return (
    <>
      <PageHeader title="This page failed" />
      <ProblemNotice error={error} retry={() => location.reload()} retryLabel="Load the page again" />
    </>
  );
}
