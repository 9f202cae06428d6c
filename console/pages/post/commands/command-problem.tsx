import { useQueryClient } from "@tanstack/react-query";
import { codeOf } from "../../../api/api-problem.ts";
import { ProblemNotice } from "../../../components/states.tsx";

type CommandProblemProps = {
  readonly command: { readonly error: Error | null; readonly reset: () => void };
  readonly videoPostId: string;
};

/** The refusal of a command. If the post has changed since it was read, the button loads the newest version. */
export function CommandProblem({ command, videoPostId }: CommandProblemProps) {
  const queries = useQueryClient();
  if (command.error === null) return null;
  if (codeOf(command.error) !== "version-outdated") return <ProblemNotice error={command.error} />;
  const reload = () => {
    command.reset();
    void queries.invalidateQueries({ queryKey: ["post", videoPostId] });
  };
  return <ProblemNotice error={command.error} retry={reload} retryLabel="Load the newest version" />;
}
