/**
 * Colours of a site: --ladderlock-accent, --ladderlock-controls. Captions stand above the bar while it is shown, where the
 * browser lets a page move them (not in Firefox).
 */
export const CONTROLS_CSS = `
:host{--accent:var(--ladderlock-accent,#ffb000);font:14px/1.4 system-ui,sans-serif;color:#fff}
:host(:focus-visible){outline:2px solid var(--accent);outline-offset:2px}
:host([data-idle]){cursor:none}
:host([data-idle]) .bar{opacity:0}
video::-webkit-media-text-track-container{transition:transform .2s}
:host(:not([data-idle])) video::-webkit-media-text-track-container{transform:translateY(-64px)}
.bar{position:absolute;inset:auto 0 0;display:flex;flex-wrap:wrap;align-items:center;gap:2px;padding:24px 8px 6px;transition:opacity .2s;background:var(--ladderlock-controls,linear-gradient(#0000,#000c))}
.bar:focus-within{opacity:1!important}
button{font:inherit;color:inherit;background:none;border:0;border-radius:4px;min-width:36px;min-height:32px;padding:0 8px;cursor:pointer}
button:hover{background:#fff2}
button:focus-visible,input:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
input{accent-color:var(--accent);margin:0}
svg{width:20px;height:20px;fill:currentColor;stroke:currentColor;stroke-width:1.5;vertical-align:middle}
[data-icon=full],[data-icon=lock],[data-icon=sound],[data-icon=muted]{fill:none;stroke-width:2}
.menu svg{width:16px;height:16px}
.volume{width:70px}
.time{padding:0 8px;font-variant-numeric:tabular-nums}
.chapter{flex:1;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;color:#ddd}
.seek{position:relative;flex:0 0 100%}
.seek input{width:100%;height:20px;display:block}
.preview{position:absolute;bottom:24px;transform:translateX(-50%);background:#000d;border-radius:4px;padding:4px;text-align:center;white-space:nowrap;pointer-events:none}
.has-menu{position:relative}
.menu{position:absolute;right:0;bottom:40px;background:#141414f5;border:1px solid #fff4;border-radius:6px;padding:4px;max-height:240px;overflow:auto}
.menu button{display:flex;justify-content:space-between;gap:16px;align-items:center;width:100%;min-width:130px;text-align:start}
.menu button::before{content:"";width:1em}
.menu [aria-checked=true]::before{content:"✓"}
.menu button span:first-of-type{flex:1}
.menu [data-locked]{color:#ccc}
.spinner{position:absolute;inset:0;margin:auto;width:40px;height:40px;border:3px solid #fff4;border-top-color:#fff;border-radius:50%;pointer-events:none;display:none}
:host([data-waiting]) .spinner{display:block;animation:turn 1s linear infinite}
@keyframes turn{to{transform:rotate(1turn)}}
[hidden]{display:none!important}
@media (prefers-reduced-motion:reduce){.spinner{animation:none!important}.bar,video::-webkit-media-text-track-container{transition:none}}
`.replaceAll("\n", "");

/** As a constructed style sheet: a style element would need 'unsafe-inline' in the page's policy. Returns what removes it. */
export function addStyles(root: ShadowRoot, css: string): () => void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  return () => {
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== sheet);
  };
}
