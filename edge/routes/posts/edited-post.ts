import type { CommandOutcome } from "../../../shared/application/decide-and-save.ts";
import { describeVideoPost } from "../../../shared/application/queries/video-posts.ts";
import { answer } from "../../api/answer.ts";
import { commandRefusal } from "../../http/command-refusal.ts";

/** The post after a command, or why the command was refused. */
export function editedPost(outcome: CommandOutcome) {
  return outcome.kind === "done" ? answer(200, describeVideoPost(outcome.post)) : commandRefusal(outcome);
}
