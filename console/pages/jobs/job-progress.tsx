import { Label, ProgressBar } from "react-aria-components";
import type { Job } from "../../../client/index.ts";
import { durationText, wordsOf } from "../../components/facts.tsx";
import { Section } from "../../components/section.tsx";
import "./job-progress.css";

export function JobProgress({ progress }: Pick<Job, "progress">) {
  if (progress === null) return <p className="quiet">The processor has not reported yet.</p>;
  const { stage, percent, speed, etaSeconds, segments = {}, plannedSegments = {} } = progress;
  return (
    <Section heading="Progress">
      <ProgressBar value={percent} className="progress">
        {({ percentage = 0 }) => (
          <>
            <div className="progress-text">
              <Label>{wordsOf(stage)}</Label>
              <span>{Math.floor(percentage)} %</span>
            </div>
            <div className="progress-track">
              <div className="progress-done" style={{ inlineSize: `${percentage}%` }} />
            </div>
          </>
        )}
      </ProgressBar>
      <ul className="progress-facts">
        {speed !== undefined && <li>{speed.toFixed(1)} times real time</li>}
        {etaSeconds !== undefined && <li>{durationText(etaSeconds)} left</li>}
        {Object.entries(segments).map(([quality, count]) => (
          <li key={quality}>
            {quality}: {count} of {plannedSegments[quality as keyof typeof plannedSegments] ?? "?"} segments
          </li>
        ))}
      </ul>
    </Section>
  );
}
