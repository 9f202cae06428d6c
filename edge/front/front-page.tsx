import type { Child } from "hono/jsx";
import { ASSETS } from "../watch/layout.tsx";

type Entry = { readonly href: string; readonly name: string; readonly about: string };

const DOCUMENTS: readonly Entry[] = [
  { href: "/reference", name: "API reference", about: "every operation, with its input and its answers" },
  { href: "/docs/http-api.md", name: "HTTP API", about: "first steps, conventions and all routes" },
  { href: "/docs/player.md", name: "Player", about: "the player for pages of sites" },
  { href: "/docs/encoder-api.md", name: "Encoder API", about: "a URL in, progress, a link that plays" },
  { href: "/docs/command-line.md", name: "Command line", about: "encode, watch, operate and check with ladderlock" },
  { href: "/docs/architecture.md", name: "Architecture", about: "from an upload to the player" },
  { href: "/docs/glossary.md", name: "Glossary", about: "what each word means" },
  { href: "/docs/security.md", name: "Security", about: "what is protected and what is not" },
];

const FOR_PROGRAMS: readonly Entry[] = [
  { href: "/openapi.json", name: "/openapi.json", about: "the API as OpenAPI 3.1" },
  { href: "/llms.txt", name: "/llms.txt", about: "an index of the documents for language models" },
  { href: "/healthz", name: "/healthz", about: "answers ok while the Worker is configured" },
];

type FrontPageProps = { readonly version: string; readonly demoViewers: boolean };

/** The page at `/`: what answers here, and where its documents are. It names no video. */
export function FrontPage({ version, demoViewers }: FrontPageProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>ladderlock</title>
        <link rel="icon" href={`${ASSETS}/icon.svg`} type="image/svg+xml" />
        <link rel="stylesheet" href={`${ASSETS}/front.css`} />
      </head>
      <body>
        <header>
          <img src={`${ASSETS}/icon.svg`} alt="" width="44" height="44" />
          <h1>ladderlock</h1>
        </header>
        <main>
          <p class="claim">
            HLS video on your own Cloudflare account, where every quality has its own key. This is a deployment of it.
          </p>
          <Section id="console" heading="Console">
            <p>
              Editors and operators work in <a href="/console">the console</a>: videos, reviews, keys and jobs. It asks
              for an API key, or for Cloudflare Access.
            </p>
          </Section>
          <Section id="watch" heading="Watch">
            <p>
              Each published video has a page: <code>/watch/&#123;videoPostId&#125;/&#123;fileIndex&#125;</code>. The
              publisher of a video has its address; this page lists none.
            </p>
            {demoViewers && (
              <p class="notice">Demo viewers are enabled: a watch page lets everybody see every quality.</p>
            )}
          </Section>
          <Section id="documents" heading="Documents">
            <Entries entries={DOCUMENTS} />
          </Section>
          <Section id="programs" heading="For programs">
            <Entries entries={FOR_PROGRAMS} />
          </Section>
          <Section id="encode" heading="Encode a video">
            <p>With an API key of this deployment:</p>
            <pre>
              <code>{ENCODE}</code>
            </pre>
          </Section>
        </main>
        <footer>Version {version}</footer>
      </body>
    </html>
  );
}

const ENCODE = `curl -X POST "$ORIGIN/api/v2/m3u8-encoder/upload/url" \\
  -H "Authorization: Bearer $API_KEY" -H "Content-Type: application/json" \\
  -d '{"url": "https://files.example.com/film.mp4", "title": "First film", "resourceType": "VIDEO"}'`;

function Section({
  id,
  heading,
  children,
}: {
  readonly id: string;
  readonly heading: string;
  readonly children: Child;
}) {
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{heading}</h2>
      {children}
    </section>
  );
}

function Entries({ entries }: { readonly entries: readonly Entry[] }) {
  return (
    <dl>
      {entries.map(({ href, name, about }) => (
        <div>
          <dt>
            <a href={href}>{name}</a>
          </dt>
          <dd>{about}</dd>
        </div>
      ))}
    </dl>
  );
}
