import { type Grant, LadderlockPlayer, type PlayerElement } from "ladderlock/player/react";
import { useRef } from "react";
import { createRoot } from "react-dom/client";

const post = async (path: string): Promise<Grant> => (await fetch(path, { method: "POST" })).json();
const askForToken = () => post("/token");

function Film({ server }: { readonly server: string }) {
  const player = useRef<PlayerElement>(null);
  const paywall = useRef<HTMLDialogElement>(null);
  const buy = async () => {
    await player.current?.setToken(await post("/buy"));
    paywall.current?.close();
  };
  const style = { width: "100%", aspectRatio: "16 / 9" };
  return (
    <>
      <LadderlockPlayer
        ref={player}
        server={server}
        onTokenNeeded={askForToken}
        onLocked={() => paywall.current?.showModal()}
        controls
        muted
        playsinline
        style={style}
      />
      <dialog ref={paywall}>
        <p>This film in 1080p costs 2 euros.</p>
        <button type="button" onClick={buy}>
          Buy
        </button>
      </dialog>
    </>
  );
}

const root = document.getElementById("root");
if (root !== null) createRoot(root).render(<Film server={root.dataset.server ?? ""} />);
