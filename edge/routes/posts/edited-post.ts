import type { CommandOutcome } from "../../../shared/application/decide-and-save.ts";
import type { VersionedOutcome } from "../../../shared/application/decide-on-version.ts";
import { describeVideoPost } from "../../../shared/application/queries/video-posts.ts";
import { answer } from "../../api/answer.ts";
import { commandRefusal } from "../../http/command-refusal.ts";
import { refused } from "../../http/refusal.ts";

/** The post after a command, or why the command was refused. */
export function editedPost(outcome: CommandOutcome) {
  return outcome.kind === "done" ? answer(200, describeVideoPost(outcome.post)) : commandRefusal(outcome);
}

/** The same for a command that takes the version that its caller has seen. */
export function editedVersion(outcome: VersionedOutcome) {
  return outcome.kind === "done" ? editedPost(outcome) : versionedRefusal(outcome);
}

export function versionedRefusal(outcome: Exclude<VersionedOutcome<unknown>, { kind: "done" }>) {
  if (outcome.kind !== "outdated") return commandRefusal(outcome);
  return refused("version-outdated", `the post has version ${outcome.version}; read it again`);
}
