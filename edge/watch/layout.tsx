import type { Child } from "hono/jsx";

export const ASSETS = "/watch-assets";

type LayoutProps = {
  readonly title: string;
  /** Seconds after which the browser reloads; absent for never. */
  readonly refreshSeconds?: number | undefined;
  readonly script?: boolean | undefined;
  readonly children: Child;
};

export function Layout({ title, refreshSeconds, script, children }: LayoutProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="dark" />
        <meta name="robots" content="noindex" />
        {refreshSeconds !== undefined && <meta http-equiv="refresh" content={String(refreshSeconds)} />}
        <title>{title}</title>
        <link rel="icon" href={`${ASSETS}/icon.svg`} type="image/svg+xml" />
        <link rel="stylesheet" href={`${ASSETS}/watch.css`} />
        {script === true && <script type="module" src={`${ASSETS}/watch.js`} />}
      </head>
      <body>
        <header class="site">
          <img src={`${ASSETS}/icon.svg`} alt="" width="26" height="26" />
          <span class="site-name">ladderlock</span>
          <span class="site-claim">every quality has its own key</span>
        </header>
        {children}
      </body>
    </html>
  );
}
