import { type FormEvent, useState } from "react";
import type { VideoPost } from "../../../client/index.ts";
import { answered } from "../../api/api-problem.ts";
import { ActionButton } from "../../components/buttons.tsx";
import { type Fact, FactList } from "../../components/fact-list.tsx";
import { DateTime, durationText, wordsOf } from "../../components/facts.tsx";
import { CheckboxField, TextInput } from "../../components/fields.tsx";
import { useHolds } from "../../session/session.tsx";
import { CommandProblem } from "./commands/command-problem.tsx";
import { usePostCommand } from "./commands/use-post-command.ts";

export function DetailsTab({ post }: { readonly post: VideoPost }) {
  const mayWrite = useHolds("posts:write") && post.status !== "DELETED";
  return (
    <>
      {mayWrite && <TextsForm key={post.version} post={post} />}
      <FactList facts={factsOf(post)} />
    </>
  );
}

function TextsForm({ post }: { readonly post: VideoPost }) {
  const command = usePostCommand(post);
  const [title, setTitle] = useState(post.title);
  const [description, setDescription] = useState(post.description);
  const [comments, setComments] = useState(post.interaction.comments);
  const [liveComments, setLiveComments] = useState(post.interaction.liveComments);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    command.mutate((api, { videoPostId, version }) => {
      const body = { title, description, interaction: { comments, liveComments }, version };
      return answered(api.updateVideoPost({ params: { videoPostId }, body }));
    });
  };
  return (
    <form className="form" onSubmit={submit}>
      <TextInput label="Title" value={title} onChange={setTitle} maxLength={200} isRequired />
      <TextInput label="Description" value={description} onChange={setDescription} lines={4} />
      <CheckboxField isSelected={comments} onChange={setComments}>
        Comments
      </CheckboxField>
      <CheckboxField isSelected={liveComments} onChange={setLiveComments}>
        Live comments
      </CheckboxField>
      <CommandProblem command={command} videoPostId={post.videoPostId} />
      <div className="form-buttons">
        <ActionButton type="submit" variant="primary" isPending={command.isPending}>
          Save
        </ActionButton>
      </div>
    </form>
  );
}

function factsOf(post: VideoPost): readonly Fact[] {
  return [
    { name: "Post", value: <code>{post.videoPostId}</code> },
    { name: "Author", value: <code>{post.authorId}</code> },
    { name: "Type", value: wordsOf(post.resourceType) },
    { name: "Access", value: post.access === "PUBLIC" ? "Public in every quality" : "By policies for each quality" },
    { name: "Publishes without a review", value: post.autoPublish ? "Yes" : "No" },
    { name: "Duration", value: durationText(post.durationSeconds) },
    { name: "Slug", value: <code>{post.slug}</code> },
    { name: "Created", value: <DateTime at={post.createdAt} /> },
    { name: "Changed", value: <DateTime at={post.updatedAt} /> },
    { name: "Published", value: post.publishedAt === null ? "No" : <DateTime at={post.publishedAt} /> },
    ...(post.passthrough === null ? [] : [{ name: "Passthrough", value: <code>{post.passthrough}</code> }]),
    ...Object.entries(post.metadata).map(([name, value]) => ({ name: `Metadata: ${name}`, value })),
  ];
}
