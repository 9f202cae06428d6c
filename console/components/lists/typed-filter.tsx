import { useEffect, useState } from "react";
import { SearchInput } from "../fields.tsx";

/** After the last key: each search is a request. */
const TYPING_MS = 300;

type TypedFilterProps = {
  readonly label: string;
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
};

/** A filter of a list that is typed. */
export function TypedFilter({ label, value, onChange }: TypedFilterProps) {
  const [text, setText] = useState(value ?? "");
  useEffect(() => {
    const wanted = text.trim() === "" ? undefined : text.trim();
    if (wanted === value) return;
    const timer = setTimeout(() => onChange(wanted), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return <SearchInput label={label} value={text} onChange={setText} />;
}
