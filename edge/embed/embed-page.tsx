const ASSETS = "/player-assets";

type EmbedPageProps = { readonly videoPostId: string; readonly fileIndex: number };

/** The player alone, for an iframe. Nothing of the post is in it: the player asks for a token as any other does. */
export function EmbedPage({ videoPostId, fileIndex }: EmbedPageProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>Player</title>
        <link rel="stylesheet" href={`${ASSETS}/embed.css`} />
        <script type="module" src={`${ASSETS}/embed.js`} />
      </head>
      <body>
        <ladderlock-video controls playsinline video-post-id={videoPostId} file-index={String(fileIndex)} />
        <p id="message" role="alert" hidden />
        <noscript>
          <p>This player needs JavaScript.</p>
        </noscript>
      </body>
    </html>
  );
}

declare module "hono/jsx/jsx-runtime" {
  namespace JSX {
    interface IntrinsicElements {
      "ladderlock-video": Readonly<Record<string, unknown>>;
    }
  }
}
