import { useQuery } from "@tanstack/react-query";
import type { VideoPostSummary } from "../../client/index.ts";
import { useSession } from "../session/session.tsx";
import { BlobImage } from "./blob-image.tsx";
import { listedPosterQuery } from "./poster-queries.ts";
import "./posters.css";

type Shown = Pick<VideoPostSummary, "videoPostId" | "updatedAt" | "poster">;

/** The poster of a post beside its title. The place is the same with and without an image. */
export function Thumbnail({ post }: { readonly post: Shown }) {
  const { poster } = post;
  return (
    <div className="thumbnail">
      {poster !== null &&
        (poster.url === null ? (
          <PrivatePoster post={post} poster={poster} />
        ) : (
          <img src={poster.url} alt="" className="cover" loading="lazy" decoding="async" />
        ))}
    </div>
  );
}

type PrivatePosterProps = { readonly post: Shown; readonly poster: NonNullable<Shown["poster"]> };

function PrivatePoster({ post: { videoPostId, updatedAt }, poster: { fileIndex, candidate } }: PrivatePosterProps) {
  const { api } = useSession();
  const image = useQuery(listedPosterQuery(api, { videoPostId, fileIndex, candidate, updatedAt }));
  return image.data !== undefined && <BlobImage blob={image.data} alt="" className="cover" />;
}
