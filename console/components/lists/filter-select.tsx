import { type Choice, SelectInput } from "../fields.tsx";

const ANY = "any";

type FilterSelectProps<Value extends string> = {
  readonly label: string;
  readonly choices: readonly Choice<Value>[];
  readonly value: Value | undefined;
  readonly onChange: (value: Value | undefined) => void;
};

/** A filter of a list with "Any" as its first choice. */
export function FilterSelect<Value extends string>({ label, choices, value, onChange }: FilterSelectProps<Value>) {
  const all: readonly Choice<Value | typeof ANY>[] = [{ value: ANY, label: "Any" }, ...choices];
  return (
    <SelectInput
      label={label}
      choices={all}
      value={value ?? ANY}
      onChange={(chosen) => onChange(choices.find((choice) => choice.value === chosen)?.value)}
    />
  );
}
