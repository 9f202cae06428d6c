import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { type Choice, SearchInput, SelectInput } from "../../components/fields.tsx";
import { POST_STATUSES, type PostFilters, type RESOURCE_TYPES } from "./post-filters.ts";
import { postStatusLabel } from "./post-status.tsx";

const ANY = "any";

const STATUS_CHOICES: readonly Choice<(typeof POST_STATUSES)[number] | typeof ANY>[] = [
  { value: ANY, label: "Any, except deleted" },
  ...POST_STATUSES.map((status) => ({ value: status, label: postStatusLabel(status) })),
];

const TYPE_CHOICES: readonly Choice<(typeof RESOURCE_TYPES)[number] | typeof ANY>[] = [
  { value: ANY, label: "Any" },
  { value: "VIDEO", label: "Video" },
  { value: "AUDIO", label: "Audio" },
];

/** After the last key: each search is a request. */
const TYPING_MS = 300;

export function PostFilterBar({ filters }: { readonly filters: PostFilters }) {
  const navigate = useNavigate({ from: "/posts" });
  const [title, setTitle] = useState(filters.title ?? "");
  const change = (changed: PostFilters) =>
    void navigate({ search: (before) => ({ ...before, ...changed }), replace: true });
  useEffect(() => {
    const wanted = title.trim() === "" ? undefined : title.trim();
    if (wanted === filters.title) return;
    const timer = setTimeout(() => {
      void navigate({ search: (before) => ({ ...before, title: wanted }), replace: true });
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [title, filters.title, navigate]);
  return (
    <search className="filter-bar">
      <SearchInput label="Title begins with" value={title} onChange={setTitle} />
      <SelectInput
        label="Status"
        choices={STATUS_CHOICES}
        value={filters.status ?? ANY}
        onChange={(status) => change({ status: status === ANY ? undefined : status })}
      />
      <SelectInput
        label="Type"
        choices={TYPE_CHOICES}
        value={filters.type ?? ANY}
        onChange={(type) => change({ type: type === ANY ? undefined : type })}
      />
    </search>
  );
}
