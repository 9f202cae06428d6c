/** `system` follows prefers-color-scheme. */
export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** Kept as long as the tab. */
const STORED_AS = "console.theme";

export function chosenTheme(): Theme {
  const stored = sessionStorage.getItem(STORED_AS);
  return THEMES.find((theme) => theme === stored) ?? "system";
}

export function chooseTheme(theme: Theme): void {
  sessionStorage.setItem(STORED_AS, theme);
  applyTheme(theme);
}

/** The colors of styles/colors.css follow `color-scheme`, which this attribute sets. */
export function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
