import { Link } from "@tanstack/react-router";
import { PageHeader } from "../components/page-header.tsx";

export function PageMissing() {
  return (
    <>
      <PageHeader title="Page not found" />
      <p>
        No page of the console has this address. <Link to="/">Go to the start</Link>.
      </p>
    </>
  );
}
