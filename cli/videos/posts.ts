import type { Operations, Part, VideoPost } from "../../client/index.ts";
import type { OperatorClient } from "../../processor/adapters/operator-client.ts";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { Output } from "../../processor/cli/output.ts";
import { textTable } from "../../processor/cli/text-table.ts";
import { reportOperatorErrors } from "../operator/report-operator-errors.ts";
import { more } from "./encoder-jobs.ts";
import { watchUrlOf } from "./video-addresses.ts";

export type PostsCommand =
  | { readonly verb: "list"; readonly filter: NonNullable<Operations["listVideoPosts"]["input"]["query"]> }
  | { readonly verb: "show"; readonly videoPostId: string };

/** `ladderlock posts`: resolves to the exit code. */
export function posts(
  command: PostsCommand,
  { json, serviceUrl }: { readonly json: boolean; readonly serviceUrl: string },
  client: Pick<OperatorClient, "getVideoPost" | "listVideoPosts">,
  { out, err }: Output,
): Promise<number> {
  return reportOperatorErrors(async () => {
    if (command.verb === "show") {
      const post = await client.getVideoPost({ params: { videoPostId: command.videoPostId } });
      out(json ? `${JSON.stringify(post)}\n` : describe(post, serviceUrl));
      return EXIT.ok;
    }
    const page = await client.listVideoPosts({ query: command.filter });
    const columns = [
      { title: "POST" },
      { title: "STATUS" },
      { title: "TYPE" },
      { title: "CREATED" },
      { title: "TITLE" },
    ];
    const rows = page.items.map(({ videoPostId, status, resourceType, createdAt, title }) => [
      ...[videoPostId, status, resourceType, new Date(createdAt).toISOString(), title],
    ]);
    const text = rows.length === 0 ? "No posts.\n" : textTable(columns, rows);
    out(json ? `${JSON.stringify(page)}\n` : `${text}${more(page.nextCursor)}`);
    return EXIT.ok;
  }, err);
}

function describe(post: VideoPost, serviceUrl: string): string {
  const about = `${post.title}\n${post.videoPostId}, ${post.resourceType}, ${post.status}, by ${post.authorId}\n\n`;
  const columns = ["PART", "FILE", "QUALITIES", "WATCH", "POSTER", "WHY"].map((title) => ({ title }));
  const rows = post.files.map(({ fileIndex, fileName, variants, images, failReason }) => [
    ...[String(fileIndex), fileName, variants.map(({ quality }) => quality).join(" ")],
    ...[watchUrlOf(serviceUrl, post.videoPostId, fileIndex), posterText(images, serviceUrl), failReason ?? ""],
  ]);
  return `${about}${textTable(columns, rows)}`;
}

function posterText({ poster }: Part["images"], serviceUrl: string): string {
  if (poster === null) return "none";
  return poster.url === null ? "not public" : new URL(poster.url, serviceUrl).href;
}
