import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import type { VideoPost } from "../../../client/index.ts";
import { DateTime } from "../../components/facts.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Loading, ProblemNotice } from "../../components/states.tsx";
import { holds, type Scope } from "../../session/scopes.ts";
import { useSession } from "../../session/session.tsx";
import { PostStatusBadge } from "../posts/post-status.tsx";
import { AccessTab } from "./access/access-tab.tsx";
import { CaptionsTab } from "./captions/captions-tab.tsx";
import { DetailsTab } from "./details-tab.tsx";
import { HistoryTab } from "./history-tab.tsx";
import { KeysTab } from "./keys/keys-tab.tsx";
import { PartsTab } from "./parts/parts-tab.tsx";
import { ReviewPlayer } from "./player/review-player.tsx";
import { PostActions } from "./post-actions.tsx";
import { postQuery } from "./post-queries.ts";
import type { PostTab } from "./post-tab.ts";
import { PosterTab } from "./poster/poster-tab.tsx";
import { useLivePost } from "./use-live-post.ts";

const route = getRouteApi("/posts/$videoPostId");

export function PostPage() {
  const { videoPostId } = route.useParams();
  const { api } = useSession();
  const post = useQuery(postQuery(api, videoPostId));
  useLivePost(videoPostId, post.data);
  if (post.data !== undefined) return <Post key={videoPostId} post={post.data} />;
  if (post.isPending) return <Loading label="Loading the post" />;
  return (
    <>
      <PageHeader title="Post" />
      <ProblemNotice error={post.error} retry={() => void post.refetch()} />
    </>
  );
}

function Post({ post }: { readonly post: VideoPost }) {
  const isDeleted = post.status === "DELETED";
  return (
    <>
      <PageHeader title={post.title} actions={isDeleted ? undefined : <PostActions post={post} />}>
        <p className="post-line">
          <PostStatusBadge status={post.status} /> <span className="quiet">Version {post.version}</span>
        </p>
      </PageHeader>
      <Judgement post={post} />
      {!isDeleted && <ReviewPlayer post={post} />}
      <PostTabs post={post} />
    </>
  );
}

/** Why the post was rejected or withdrawn, as the author reads it. */
function Judgement({ post: { audit, withdrawal } }: { readonly post: VideoPost }) {
  if (audit?.result === "REJECTED") return <Reason title="Rejected" {...audit} />;
  if (withdrawal !== null) return <Reason title="Withdrawn" {...withdrawal} />;
  return null;
}

type ReasonProps = {
  readonly title: string;
  readonly reason: string | null;
  readonly by: string;
  readonly at: number;
};

function Reason({ title, reason, by, at }: ReasonProps) {
  return (
    <div className="notice">
      <p className="notice-title">
        {title} by {by}, <DateTime at={at} />
      </p>
      {reason !== null && <p dir="auto">{reason}</p>}
    </div>
  );
}

type TabEntry = {
  readonly tab: PostTab;
  readonly label: string;
  readonly scope: Scope;
  readonly panel: (post: VideoPost) => ReactNode;
};

const TABS: readonly TabEntry[] = [
  { tab: "parts", label: "Parts", scope: "posts:read", panel: (post) => <PartsTab post={post} /> },
  { tab: "captions", label: "Captions", scope: "posts:read", panel: (post) => <CaptionsTab post={post} /> },
  { tab: "poster", label: "Poster", scope: "posts:write", panel: (post) => <PosterTab post={post} /> },
  { tab: "details", label: "Details", scope: "posts:read", panel: (post) => <DetailsTab post={post} /> },
  { tab: "access", label: "Access", scope: "access:write", panel: (post) => <AccessTab post={post} /> },
  { tab: "keys", label: "Keys", scope: "keys:rotate", panel: (post) => <KeysTab post={post} /> },
  {
    ...{ tab: "history", label: "History", scope: "posts:read" },
    panel: ({ videoPostId }) => <HistoryTab videoPostId={videoPostId} />,
  },
];

function PostTabs({ post }: { readonly post: VideoPost }) {
  const search = route.useSearch();
  const { caller } = useSession();
  const navigate = useNavigate({ from: "/posts/$videoPostId" });
  const offered = TABS.filter(({ scope }) => holds(caller, scope));
  const chosen = offered.find(({ tab }) => tab === search.tab)?.tab ?? "parts";
  const choose = (key: unknown) =>
    void navigate({ search: { tab: offered.find(({ tab }) => tab === key)?.tab }, replace: true });
  return (
    <Tabs className="tabs" selectedKey={chosen} onSelectionChange={choose}>
      <TabList aria-label="About the post" className="tab-list">
        {offered.map(({ tab, label }) => (
          <Tab key={tab} id={tab}>
            {label}
          </Tab>
        ))}
      </TabList>
      {offered.map(({ tab, panel }) => (
        <TabPanel key={tab} id={tab} className="tab-panel">
          {panel(post)}
        </TabPanel>
      ))}
    </Tabs>
  );
}
