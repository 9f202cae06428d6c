import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { VideoPostSummary } from "../../../client/index.ts";
import { DateTime, durationText, wordsOf } from "../../components/facts.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { type Column, PagedTable } from "../../components/paged-table.tsx";
import { Empty, Loading, ProblemNotice } from "../../components/states.tsx";
import { useSession } from "../../session/session.tsx";
import { PostFilterBar } from "./post-filter-bar.tsx";
import { PostStatusBadge } from "./post-status.tsx";
import { postsQuery } from "./posts-query.ts";

const route = getRouteApi("/posts");

const COLUMNS: readonly Column<VideoPostSummary>[] = [
  {
    id: "title",
    heading: "Title",
    cell: ({ videoPostId, title }) => (
      <Link to="/posts/$videoPostId" params={{ videoPostId }} className="post-title" dir="auto">
        {title}
      </Link>
    ),
  },
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
  return (
    <>
      <PageHeader title="Posts" />
      <PostFilterBar filters={filters} />
      <PostList />
    </>
  );
}

function PostList() {
  const { api } = useSession();
  const filters = route.useSearch();
  const posts = useInfiniteQuery(postsQuery(api, filters));
  if (posts.isPending) return <Loading label="Loading posts" />;
  if (posts.data === undefined) return <ProblemNotice error={posts.error} retry={() => void posts.refetch()} />;
  const items = posts.data.pages.flatMap((page) => page.items);
  if (items.length === 0 && !posts.hasNextPage) return <NoPosts isFiltered={Object.values(filters).some(Boolean)} />;
  return (
    <PagedTable label="Posts" columns={COLUMNS} items={items} keyOf={({ videoPostId }) => videoPostId} pages={posts} />
  );
}

function NoPosts({ isFiltered }: { readonly isFiltered: boolean }) {
  return <Empty heading={isFiltered ? "No post matches these filters." : "There are no posts yet."} />;
}
