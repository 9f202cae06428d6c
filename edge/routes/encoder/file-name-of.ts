import { singleLine } from "../../../shared/application/plain-text.ts";

const fileName = singleLine(255);

/** The last name in the path of the URL, where it has one that a file may have; else the title. */
export function fileNameOf(url: string | undefined, title: string): string {
  const last = url === undefined ? "" : (new URL(url).pathname.split("/").at(-1) ?? "");
  const parsed = fileName.safeParse(decoded(last));
  return parsed.success ? parsed.data : title;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
