const PERCENT = /^(100(\.0+)?|\d{1,2}(\.\d+)?)%$/;
/** A line number, or a percentage. */
const LINE = /^-?\d{1,4}$/;

/** WebVTT 4.4: the values of each setting. */
const SETTINGS: Readonly<Record<string, (value: string) => boolean>> = {
  vertical: (value) => value === "rl" || value === "lr",
  line: (value) => {
    const [offset = "", align] = value.split(",");
    const isAligned = align === undefined || ["start", "center", "end"].includes(align);
    return isAligned && value.split(",").length <= 2 && (PERCENT.test(offset) || LINE.test(offset));
  },
  position: (value) => {
    const [offset = "", align] = value.split(",");
    const isAligned = align === undefined || ["line-left", "center", "line-right"].includes(align);
    return isAligned && value.split(",").length <= 2 && PERCENT.test(offset);
  },
  size: (value) => PERCENT.test(value),
  align: (value) => ["start", "center", "end", "left", "right"].includes(value),
  region: (value) => !value.includes("-->"),
};

/** The settings after a cue's times; a text that says which one is wrong. */
export function parseCueSettings(text: string, regionIds: ReadonlySet<string>): readonly string[] | string {
  const settings = text.split(/[ \t]+/).filter((setting) => setting !== "");
  const names = new Set<string>();
  for (const setting of settings) {
    const colon = setting.indexOf(":");
    const [name, value] = [setting.slice(0, Math.max(colon, 0)), setting.slice(colon + 1)];
    const isValid = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined;
    if (isValid === undefined) return "a cue has a setting that WebVTT does not have";
    if (names.has(name)) return `a cue has the setting ${name} twice`;
    if (!isValid(value)) return `a cue's setting ${name} has a value that WebVTT does not have`;
    if (name === "region" && !regionIds.has(value)) return "a cue names a region that the file does not define";
    names.add(name);
  }
  return settings;
}
