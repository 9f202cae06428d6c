import type { Job } from "../../../client/index.ts";
import { durationText, wordsOf } from "../../components/facts.tsx";
import { Progress } from "../../components/progress.tsx";
import { Section } from "../../components/section.tsx";

export function JobProgress({ progress }: Pick<Job, "progress">) {
  if (progress === null) return <p className="quiet">The processor has not reported yet.</p>;
  const { stage, percent, speed, etaSeconds, segments = {}, plannedSegments = {} } = progress;
  const counts = Object.entries(segments).map(([quality, count]) => {
    const planned = Object.entries(plannedSegments).find(([name]) => name === quality)?.[1];
    return `${quality}: ${count}${planned === undefined ? "" : ` of ${planned}`} segments`;
  });
  return (
    <Section heading="Progress">
      <Progress
        label={wordsOf(stage)}
        percent={percent}
        detail={etaSeconds === undefined ? undefined : `${durationText(etaSeconds)} left`}
      />
      <p className="quiet">
        {[...(speed === undefined ? [] : [`${speed.toFixed(1)} times real time`]), ...counts].join(" · ")}
      </p>
    </Section>
  );
}
