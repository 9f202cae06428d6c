import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { VideoPostSummary } from "../../../client/index.ts";
import { DateTime, durationText, wordsOf } from "../../components/facts.tsx";
import { type Column, PagedTable } from "../../components/lists/paged-table.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Empty, Loading, ProblemNotice } from "../../components/states.tsx";
import { Thumbnail } from "../../posters/thumbnail.tsx";
import { useHolds, useSession } from "../../session/session.tsx";
import { ChoosePost, ChosenBar, type ChosenPosts, useChosenPosts } from "./chosen-posts.tsx";
import { PostFilterBar } from "./post-filter-bar.tsx";
import { PostStatusBadge } from "./post-status.tsx";
import { postsQuery } from "./posts-query.ts";

const route = getRouteApi("/posts");

/** `chosen`: null where the caller may do nothing with the posts that would be chosen. */
function titleColumn(chosen: ChosenPosts | null): Column<VideoPostSummary> {
  return {
    id: "title",
    heading: "Title",
    cell: (post) => (
      <div className="titled">
        {chosen !== null && <ChoosePost post={post} chosen={chosen} />}
        <Thumbnail post={post} />
        <Link to="/posts/$videoPostId" params={{ videoPostId: post.videoPostId }} className="post-title" dir="auto">
          {post.title}
        </Link>
      </div>
    ),
  };
}

const OTHER_COLUMNS: readonly Column<VideoPostSummary>[] = [
  { id: "status", heading: "Status", width: "10rem", cell: ({ status }) => <PostStatusBadge status={status} /> },
  {
    id: "type",
    heading: "Type",
    width: "5rem",
    cell: ({ resourceType }) => wordsOf(resourceType),
    isExtra: true,
  },
  {
    id: "duration",
    heading: "Duration",
    width: "7rem",
    cell: ({ durationSeconds }) => (durationSeconds > 0 ? durationText(durationSeconds) : "–"),
    isExtra: true,
  },
  {
    id: "created",
    heading: "Created",
    width: "14rem",
    cell: ({ createdAt }) => <DateTime at={createdAt} />,
    isExtra: true,
  },
];

export function PostsPage() {
  const filters = route.useSearch();
  const chosen = useChosenPosts();
  const mayRotate = useHolds("keys:rotate");
  return (
    <>
      <PageHeader title="Posts" />
      <PostFilterBar filters={filters} />
      <PostList chosen={mayRotate ? chosen : null} />
      <ChosenBar chosen={chosen} />
    </>
  );
}

function PostList({ chosen }: { readonly chosen: ChosenPosts | null }) {
  const { api } = useSession();
  const filters = route.useSearch();
  const posts = useInfiniteQuery(postsQuery(api, filters));
  if (posts.isPending) return <Loading label="Loading posts" />;
  if (posts.data === undefined) return <ProblemNotice error={posts.error} retry={() => void posts.refetch()} />;
  const items = posts.data.pages.flatMap((page) => page.items);
  if (items.length === 0 && !posts.hasNextPage) return <NoPosts isFiltered={Object.values(filters).some(Boolean)} />;
  return (
    <PagedTable
      label="Posts"
      columns={[titleColumn(chosen), ...OTHER_COLUMNS]}
      items={items}
      keyOf={({ videoPostId }) => videoPostId}
      pages={posts}
    />
  );
}

function NoPosts({ isFiltered }: { readonly isFiltered: boolean }) {
  return <Empty heading={isFiltered ? "No post matches these filters." : "There are no posts yet."} />;
}
