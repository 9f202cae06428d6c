/**
 * Why the CSS of a STYLE block is refused; null for none. WebVTT 4.6 lets a style fetch nothing, and players that hand
 * it to a page's style sheet would: no import and no URL, also not written with escapes.
 */
export function styleFault(css: string): string | null {
  if (/@import|(?:url|src|image|image-set|expression)\s*\(|\/\//i.test(css)) return "a STYLE block fetches something";
  if (/[\\<]/.test(css)) return "a STYLE block holds a backslash or <";
  return null;
}

const REGION_SETTING: Readonly<Record<string, RegExp>> = {
  id: /^(?!.*-->)\S+$/,
  width: /^(100|\d{1,2})(\.\d+)?%$/,
  lines: /^\d{1,3}$/,
  regionanchor: /^(100|\d{1,2})(\.\d+)?%,(100|\d{1,2})(\.\d+)?%$/,
  viewportanchor: /^(100|\d{1,2})(\.\d+)?%,(100|\d{1,2})(\.\d+)?%$/,
  scroll: /^up$/,
};

/** The id of a region whose settings are all WebVTT's; null otherwise. */
export function regionId(settings: string): string | null {
  let id: string | null = null;
  for (const setting of settings.split(/\s+/).filter((text) => text !== "")) {
    const colon = setting.indexOf(":");
    const name = setting.slice(0, Math.max(colon, 0));
    const isValid = Object.hasOwn(REGION_SETTING, name) && REGION_SETTING[name]?.test(setting.slice(colon + 1));
    if (!isValid) return null;
    if (name === "id") id = setting.slice(colon + 1);
  }
  return id;
}
