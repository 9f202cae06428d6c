import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { Problem } from "./connection-problem.ts";

const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  EEXIST: "exists already; name another file",
  EACCES: "is not accessible to this user",
  EISDIR: "is a folder",
  ENOSPC: "does not fit on the disk",
};

/** Null for an error that is not one of a file. That of a socket has a path too, and is one of the connection. */
export function fileProblem(error: unknown): Problem | null {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error) || error.syscall === "connect")
    return null;
  const fact = FILE_PROBLEMS[String(error.code)];
  const path = "path" in error ? String(error.path) : "The file";
  return fact === undefined ? null : { text: `${path} ${fact}`, code: EXIT.badInput };
}
