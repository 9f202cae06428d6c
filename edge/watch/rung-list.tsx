import type { RungView } from "./watch-view.ts";

/** The ladder, best quality first. The client marks the viewer's qualities once it has a token. */
export function RungList({ rungs }: { readonly rungs: readonly RungView[] }) {
  const highest = Math.max(...rungs.map((rung) => rung.averageBandwidth));
  return (
    <fieldset class="ladder" id="rungs">
      <legend>Quality</legend>
      <p class="access-summary" id="access-summary" role="status" />
      <label class="auto">
        <input type="radio" name="quality" value="auto" checked />
        <span class="auto-name">Auto</span>
        <span class="auto-text">the best quality that this viewer may watch</span>
      </label>
      <ol>
        {rungs.map((rung) => (
          <Rung rung={rung} share={rung.averageBandwidth / highest} />
        ))}
      </ol>
    </fieldset>
  );
}

function Rung({ rung, share }: { readonly rung: RungView; readonly share: number }) {
  return (
    <li class="rung" data-quality={rung.quality} data-policy={rung.policy} data-access="unknown">
      <label>
        <input type="radio" name="quality" value={rung.quality} disabled />
        <span class="rung-lock">
          <Lock />
        </span>
        <span class="rung-title">
          <span class="rung-name">{rung.quality}</span>
          <span class="rung-policy">{policyText(rung)}</span>
        </span>
        <span class="rung-facts">{factsText(rung)}</span>
        <span class="rung-rate">
          <svg class="rung-bar" aria-hidden="true" focusable="false">
            <rect class="rung-bar-track" width="100%" height="100%" rx="2" />
            <rect class="rung-bar-value" width={`${(share * 100).toFixed(1)}%`} height="100%" rx="2" />
          </svg>
          <span title={`peak ${bitRate(rung.peakBandwidth)}`}>{bitRate(rung.averageBandwidth)}</span>
        </span>
      </label>
      <span class="rung-side">
        <span class="rung-state" />
        <button type="button" class="try" data-try={rung.quality} aria-label={`Try ${rung.quality} anyway`} hidden>
          Try anyway
        </button>
      </span>
    </li>
  );
}

/** Both shackles are drawn; the style sheet shows the open one for an allowed quality. */
function Lock() {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
      <path
        class="shackle-closed"
        d="M6 9.5V6.5a4 4 0 0 1 8 0v3"
        fill="none"
        stroke="currentColor"
        stroke-width="1.8"
      />
      <path
        class="shackle-open"
        d="M6 9.5V5.5a4 4 0 0 1 7.7-1.5"
        fill="none"
        stroke="currentColor"
        stroke-width="1.8"
      />
      <rect x="4" y="9" width="12" height="8.5" rx="2" fill="currentColor" />
    </svg>
  );
}

function policyText({ policy, entitlement }: RungView): string {
  switch (policy) {
    case "PUBLIC":
      return "PUBLIC";
    case "AUTHENTICATED":
      return "AUTHENTICATED";
    case "ENTITLED":
      return `ENTITLED to ${entitlement ?? "nothing"}`;
    case "DENIED":
      return "DENIED";
    default:
      return policy satisfies never;
  }
}

function factsText({ width, height, frameRate }: RungView): string {
  if (width === null || height === null) return "audio only";
  const rate = frameRate === null ? "" : ` · ${Number(frameRate.toFixed(2))} fps`;
  return `${width} × ${height}${rate}`;
}

/** Decimal units, as RFC 8216 counts bits. */
function bitRate(bitsPerSecond: number): string {
  const megabits = bitsPerSecond / 1e6;
  return megabits >= 1 ? `${megabits.toFixed(2)} Mbit/s` : `${Math.round(bitsPerSecond / 1e3)} kbit/s`;
}
