import { useCallback } from "react";

type BlobImageProps = { readonly blob: Blob; readonly alt: string; readonly className: string };

/** An image whose bytes are here. Its address is revoked when the image leaves the page. */
export function BlobImage({ blob, alt, className }: BlobImageProps) {
  const show = useCallback(
    (image: HTMLImageElement) => {
      const url = URL.createObjectURL(blob);
      image.src = url;
      return () => URL.revokeObjectURL(url);
    },
    [blob],
  );
  return <img ref={show} alt={alt} className={className} decoding="async" />;
}
