import type { Overview } from "../../../client/index.ts";
import { bytesText, wordsOf } from "../../components/facts.tsx";
import type { Column } from "../../components/lists/paged-table.tsx";
import { LyingBars } from "../../plots/bars.tsx";
import { PLOT_COLORS, Plot, type Series } from "../../plots/plot.tsx";

type Post = Overview["storage"]["largestPosts"][number];

const SERIES: readonly Series[] = [
  { key: "encryptedBytes", label: "Ciphertext", color: PLOT_COLORS.good },
  { key: "clearBytes", label: "Clear renditions", color: PLOT_COLORS.other },
  { key: "sourceBytes", label: "Uploads", color: PLOT_COLORS.quiet },
];

const COLUMNS: readonly Column<Post>[] = [
  { id: "title", heading: "Post", cell: ({ title }) => <span dir="auto">{title}</span> },
  { id: "type", heading: "Type", cell: ({ resourceType }) => wordsOf(resourceType), isExtra: true },
  { id: "encrypted", heading: "Ciphertext", cell: ({ encryptedBytes }) => bytesText(encryptedBytes) },
  { id: "clear", heading: "Clear renditions", cell: ({ clearBytes }) => bytesText(clearBytes) },
  { id: "source", heading: "Uploads", cell: ({ sourceBytes }) => bytesText(sourceBytes) },
];

const MOST_BARS = 8;
const MOST_CHARACTERS = 16;

export function StoragePlot({ storage }: Pick<Overview, "storage">) {
  const { posts, isComplete, encryptedBytes, clearBytes, sourceBytes, largestPosts } = storage;
  const titles = new Map(largestPosts.map(({ videoPostId, title }) => [videoPostId, title]));
  const shown = largestPosts.slice(0, MOST_BARS);
  return (
    <Plot
      title="Storage of the largest posts"
      note={
        <>
          {isComplete ? `All ${posts} posts` : `The newest ${posts} posts`} store {bytesText(encryptedBytes)} of
          ciphertext, {bytesText(clearBytes)} of clear renditions and {bytesText(sourceBytes)} of uploads.
        </>
      }
      series={SERIES}
      columns={COLUMNS}
      rows={largestPosts}
      keyOf={({ videoPostId }) => videoPostId}
      empty="There are no posts yet."
    >
      <LyingBars
        rows={shown.map((post) => ({
          label: post.videoPostId,
          encryptedBytes: post.encryptedBytes,
          clearBytes: post.clearBytes,
          sourceBytes: post.sourceBytes,
        }))}
        series={SERIES}
        format={bytesText}
        formatLabel={(videoPostId) => shortened(titles.get(videoPostId) ?? videoPostId)}
      />
    </Plot>
  );
}

function shortened(title: string): string {
  const characters = [...title];
  return characters.length <= MOST_CHARACTERS ? title : `${characters.slice(0, MOST_CHARACTERS - 1).join("")}…`;
}
