import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { VideoPost } from "../../../../client/index.ts";
import type { Api } from "../../../api/api-client.ts";
import { useSession } from "../../../session/session.tsx";

/** What a command sends. `version` is that of the post on the screen: a later one makes it 409 `version-outdated`. */
export type PostCommand = (api: Api, post: Pick<VideoPost, "videoPostId" | "version">) => Promise<unknown>;

/** Sends commands about a post, one at a time, and reads again what they change. */
export function usePostCommand(post: VideoPost) {
  const { api } = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (command: PostCommand) => command(api, post),
    onSuccess: async (body) => {
      if (isPost(body)) queries.setQueryData(["post", post.videoPostId], body);
      void queries.invalidateQueries({ queryKey: ["posts"] });
      await queries.invalidateQueries({ queryKey: ["post", post.videoPostId] });
    },
  });
}

function isPost(body: unknown): body is VideoPost {
  return typeof body === "object" && body !== null && "files" in body && "title" in body;
}
