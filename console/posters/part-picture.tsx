import { useQuery } from "@tanstack/react-query";
import { useSession } from "../session/session.tsx";
import { BlobImage } from "./blob-image.tsx";
import { type PartImage, partImageQuery } from "./poster-queries.ts";
import "./posters.css";

/** The poster of a part or a candidate for it, whole, in a frame of the same size for every image. */
export function PartPicture({ image, alt }: { readonly image: PartImage; readonly alt: string }) {
  const { api } = useSession();
  const { data, isError } = useQuery(partImageQuery(api, image));
  return (
    <div className="poster-frame">
      {data !== undefined && <BlobImage blob={data} alt={alt} className="whole" />}
      {isError && <p className="quiet small">The image could not be loaded.</p>}
    </div>
  );
}
