import { useNavigate } from "@tanstack/react-router";
import type { VideoPost } from "../../../client/index.ts";
import { answered } from "../../api/api-problem.ts";
import { ConfirmDialog } from "../../components/dialogs/dialogs.tsx";
import { useHolds } from "../../session/session.tsx";
import { type PostCommand, usePostCommand } from "./commands/use-post-command.ts";

type Shown = { readonly post: VideoPost };

/** What the status of the post allows (docs/post-lifecycle.md), for callers who may write. */
export function PostActions({ post }: Shown) {
  const mayWrite = useHolds("posts:write");
  if (!mayWrite) return <WatchLink post={post} />;
  const { status } = post;
  const isReviewed = status === "PENDING_AUDIT" || status === "REJECTED";
  return (
    <>
      <WatchLink post={post} />
      {isReviewed && <Approve post={post} />}
      {(status === "PENDING_AUDIT" || status === "PUBLISHED") && <Reject post={post} />}
      {status === "REJECTED" && <Submit post={post} />}
      {status === "PUBLISHED" && <Withdraw post={post} />}
      <Delete post={post} />
    </>
  );
}

function WatchLink({ post: { videoPostId, status, files } }: Shown) {
  const first = files[0];
  if (status !== "PUBLISHED" || first === undefined) return null;
  return (
    <a className="button" href={`/watch/${videoPostId}/${first.fileIndex}`} target="_blank" rel="noreferrer">
      Watch page
    </a>
  );
}

function Approve({ post }: Shown) {
  const command = usePostCommand(post);
  return (
    <ConfirmDialog
      label="Approve"
      variant="primary"
      heading="Approve and publish"
      confirmLabel="Publish"
      text="The post is published at once. Its policies say who may watch which quality."
      onConfirm={() => command.mutateAsync(review("PASSED", null))}
    />
  );
}

function Reject({ post }: Shown) {
  const command = usePostCommand(post);
  return (
    <ConfirmDialog
      label="Reject"
      heading="Reject the post"
      text="The author reads the reason. A published post is not public any more."
      reason={{ label: "Reason", isRequired: true }}
      onConfirm={(reason) => command.mutateAsync(review("REJECTED", reason))}
    />
  );
}

function review(result: "PASSED" | "REJECTED", reason: string | null): PostCommand {
  return (api, { videoPostId, version }) =>
    answered(api.auditVideoPost({ params: { videoPostId }, body: { result, reason, version } }));
}

function Submit({ post }: Shown) {
  const command = usePostCommand(post);
  const submit: PostCommand = (api, { videoPostId, version }) =>
    answered(api.submitVideoPost({ params: { videoPostId }, body: { version } }));
  return (
    <ConfirmDialog
      label="Submit again"
      heading="Submit for another review"
      text="The rejection is cleared, and the post waits for its review."
      onConfirm={() => command.mutateAsync(submit)}
    />
  );
}

function Withdraw({ post }: Shown) {
  const command = usePostCommand(post);
  return (
    <ConfirmDialog
      label="Withdraw"
      heading="End the publication"
      text="No viewer gets a token any more. Play sessions that run continue to their end."
      reason={{ label: "Reason (optional)", isRequired: false }}
      onConfirm={(reason) =>
        command.mutateAsync((api, { videoPostId, version }) =>
          answered(
            api.withdrawVideoPost({
              params: { videoPostId },
              body: { reason: reason === "" ? null : reason, version },
            }),
          ),
        )
      }
    />
  );
}

function Delete({ post }: Shown) {
  const command = usePostCommand(post);
  const navigate = useNavigate();
  const remove: PostCommand = (api, { videoPostId, version }) =>
    answered(api.deleteVideoPost({ params: { videoPostId }, query: { version: String(version) } }));
  return (
    <ConfirmDialog
      label="Delete"
      variant="danger"
      heading="Delete the post"
      text={
        <>
          <strong dir="auto">{post.title}</strong> is deleted with its parts and keys. This cannot be undone.
        </>
      }
      onConfirm={async () => {
        await command.mutateAsync(remove);
        await navigate({ to: "/posts" });
      }}
    />
  );
}
