import { useQuery } from "@tanstack/react-query";
import type { VideoPost } from "../../../../client/index.ts";
import { answered } from "../../../api/api-problem.ts";
import { ActionButton } from "../../../components/buttons.tsx";
import { Empty } from "../../../components/states.tsx";
import { useHolds, useSession } from "../../../session/session.tsx";
import { FileDrop } from "../../../uploads/file-drop.tsx";
import { UploadList } from "../../../uploads/upload-list.tsx";
import { useUploads } from "../../../uploads/use-uploads.ts";
import { CommandProblem } from "../commands/command-problem.tsx";
import { usePostCommand } from "../commands/use-post-command.ts";
import { jobsQuery } from "../post-queries.ts";
import { PartCard } from "./part-card.tsx";

export function PartsTab({ post }: { readonly post: VideoPost }) {
  const { api } = useSession();
  const jobs = useQuery(jobsQuery(api, post.videoPostId));
  const mayWrite = useHolds("posts:write") && post.status !== "DELETED";
  const parts = post.files.toSorted((a, b) => a.position - b.position);
  return (
    <>
      {parts.length === 0 ? (
        <Empty heading="The post has no parts yet." />
      ) : (
        <ol className="part-list">
          {parts.map((part, index) => (
            <li key={part.fileIndex}>
              <PartCard
                post={post}
                part={part}
                order={parts.map(({ fileIndex }) => fileIndex)}
                index={index}
                jobs={(jobs.data ?? []).filter(({ fileIndex }) => fileIndex === part.fileIndex)}
                mayWrite={mayWrite}
              />
            </li>
          ))}
        </ol>
      )}
      {mayWrite && <AddParts post={post} />}
    </>
  );
}

/** Parts that join the post, once all of them have arrived. */
function AddParts({ post }: { readonly post: VideoPost }) {
  const purpose = `parts-of-${post.videoPostId}`;
  const { queue, uploads } = useUploads(purpose);
  const command = usePostCommand(post);
  const isReady = uploads.length > 0 && uploads.every(({ state }) => state === "complete");
  const add = () =>
    command.mutate(async (api, { videoPostId, version }) => {
      const uploadFileList = uploads.flatMap(({ uploadId, name, size }) =>
        uploadId === null ? [] : [{ uploadId, fileName: name, fileSize: size }],
      );
      await answered(api.addParts({ params: { videoPostId }, body: { uploadFileList, version } }));
      queue.forget(uploads.map(({ id }) => id));
    });
  return (
    <section className="section" aria-label="Add parts">
      <h2>Add parts</h2>
      <FileDrop label="Drop further parts here" isMultiple onFiles={(files) => queue.add(files, purpose)} />
      {uploads.length > 0 && (
        <>
          <UploadList uploads={uploads} queue={queue} />
          <CommandProblem command={command} videoPostId={post.videoPostId} />
          <div>
            <ActionButton variant="primary" isDisabled={!isReady} isPending={command.isPending} onPress={add}>
              Add to the post
            </ActionButton>
          </div>
        </>
      )}
    </section>
  );
}
