export const page = (server: string) => `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>A film</title>
<ladderlock-video id="film" server="${server}" controls playsinline muted style="width: 100%; aspect-ratio: 16 / 9"></ladderlock-video>
<dialog id="paywall"><p>This film in 1080p costs 2 euros.</p><button id="buy" autofocus>Buy</button></dialog>
<script type="module">
  import "${server}/player-assets/element.js";
  const [film, paywall, buy] = ["film", "paywall", "buy"].map((id) => document.getElementById(id));
  const post = async (path) => (await fetch(path, { method: "POST" })).json();
  film.onTokenNeeded = () => post("/token");
  film.addEventListener("locked", () => paywall.showModal());
  buy.addEventListener("click", async () => {
    await film.setToken(await post("/buy"));
    paywall.close();
  });
</script>`;
