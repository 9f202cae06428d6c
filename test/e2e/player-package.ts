import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/* The player of the package, in the project of a site that has installed it beside hls.js and React. */

const ROOT = join(import.meta.dirname, "../..");
const run = promisify(execFile);

const ATTACH = `
import { attach } from "ladderlock/player";
import Hls from "hls.js";
export const play = (video) => attach(video, { Hls, server: "https://video.example", part: { videoPostId: "p", fileIndex: 0 } });
`;
const ELEMENT = `
import { defineLadderlockVideo, LadderlockVideo } from "ladderlock/player/element";
export { defineLadderlockVideo, LadderlockVideo };
`;
const REACT = `
import { createElement } from "react";
import { LadderlockPlayer } from "ladderlock/player/react";
export const film = createElement(LadderlockPlayer, { server: "https://video.example", videoPostId: "p", controls: true });
`;

/** `installed`: the folder in which the tarball was installed. */
export function describePlayerPackage(installed: () => string): void {
  const site = mkdtempSync(join(tmpdir(), "ladderlock-site-"));

  beforeAll(() => {
    writeFileSync(join(site, "package.json"), JSON.stringify({ type: "module", private: true }));
    const modules = join(site, "node_modules");
    // A copy: what it imports is looked up from here.
    cpSync(installed(), join(modules, "ladderlock"), { recursive: true });
    for (const name of ["hls.js", "react", "react-dom", "@types/react", "@types/react-dom"]) {
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
    }
  });
  afterAll(() => rmSync(site, { recursive: true, force: true }));

  describe("the player of the package", () => {
    it("is imported on a server, where there is no page, and rendered by React", async () => {
      const program = `${ATTACH}${ELEMENT}${REACT}
        import { renderToString } from "react-dom/server";
        console.log(JSON.stringify([typeof play, typeof defineLadderlockVideo, renderToString(film)]));`;
      writeFileSync(join(site, "server.mjs"), program);
      const { stdout } = await run(process.execPath, ["server.mjs"], { cwd: site });
      const html = '<ladderlock-video server="https://video.example" controls="" video-post-id="p"></ladderlock-video>';
      expect(JSON.parse(stdout)).toEqual(["function", "function", html]);
    });

    it.each([
      ["attach", ATTACH, 25_000],
      ["the element", ELEMENT, 45_000],
      ["the component", REACT, 50_000],
    ])("is bundled for a browser without hls.js and React: %s", async (_name, program, most) => {
      const { outputFiles } = await build({
        stdin: { contents: program, resolveDir: site },
        ...{ bundle: true, minify: true, format: "esm", platform: "browser", target: "safari16", write: false },
        external: ["hls.js", "react", "react/jsx-runtime"],
      });
      const { text } = outputFiles[0]!;
      expect(text).not.toMatch(/node:|require\(/);
      expect(text.length).toBeLessThan(most);
    });

    it("has types, which name what a site may give it", async () => {
      const programs = {
        "attached.ts": `import { attach, type Grant, type Player } from "ladderlock/player";
          import Hls from "hls.js";
          const grant: Grant = { masterUrl: "/master.m3u8?token=x", qualities: ["480p"], lockedQualities: ["1080p"] };
          const player: Player = attach(document.createElement("video"), { Hls, grant });
          player.addEventListener("locked", ({ detail }) => detail.quality.toUpperCase());
          player.addEventListener("error", ({ detail }) => detail.status?.toFixed());`,
        "element.ts": `import { LadderlockVideo } from "ladderlock/player/element";
          const film = document.querySelector("ladderlock-video") as LadderlockVideo;
          film.onTokenNeeded = async (refusal) => ({ masterUrl: refusal?.code ?? "" });
          void film.setToken("/master.m3u8?token=x").then(() => film.select("480p"));`,
        "film.tsx": `import { useRef } from "react";
          import { LadderlockPlayer, type PlayerElement } from "ladderlock/player/react";
          export const Film = () => {
            const player = useRef<PlayerElement>(null);
            return <LadderlockPlayer ref={player} videoPostId="p" onLocked={({ quality }) => quality.length} muted />;
          };`,
        "option.ts": `import { attach } from "ladderlock/player";
          attach(document.createElement("video"), { quality: 480 });`,
        "prop.tsx": `import { LadderlockPlayer } from "ladderlock/player/react";
          export const film = <LadderlockPlayer onLocked={(detail) => detail.price} />;`,
      };
      for (const [name, text] of Object.entries(programs)) writeFileSync(join(site, name), `${text}\nexport {};\n`);
      const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
      const common = ["--noEmit", "--strict", "--target", "es2024", "--lib", "es2024,dom,dom.iterable"];
      const check = (...more: readonly string[]) =>
        run(
          process.execPath,
          [tsc, ...common, "--jsx", "react-jsx", "--types", "", ...more, ...Object.keys(programs)],
          { cwd: site },
        ).then(
          () => [],
          ({ stdout }: { stdout: string }) => stdout.split("\n").filter((line) => /^\S+\(\d/.test(line)),
        );
      const expected = [
        expect.stringMatching(/^option\.ts.*'number' is not assignable/),
        expect.stringMatching(/^prop\.tsx.*'price' does not exist/),
      ];
      expect(await check("--module", "nodenext")).toEqual(expected);
      expect(await check("--module", "preserve", "--moduleResolution", "bundler")).toEqual(expected);
    });
  });
}
