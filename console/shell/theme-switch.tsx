import { useState } from "react";
import { type Choice, SelectInput } from "../components/fields.tsx";
import { chooseTheme, chosenTheme, type Theme } from "./theme.ts";

const CHOICES: readonly Choice<Theme>[] = [
  { value: "system", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

export function ThemeSwitch() {
  const [theme, setTheme] = useState(chosenTheme);
  const choose = (chosen: Theme) => {
    chooseTheme(chosen);
    setTheme(chosen);
  };
  return <SelectInput label="Colors" choices={CHOICES} value={theme} onChange={choose} />;
}
