import { useId, useState } from "react";
import { CheckboxGroup } from "react-aria-components";
import type { Part, VideoPost } from "../../../../client/index.ts";
import { ActionButton } from "../../../components/buttons.tsx";
import { CheckboxField } from "../../../components/fields.tsx";
import { RotateChosen } from "../../../rotations/rotate-chosen.tsx";
import "./rotate-parts.css";

type RotatePartsProps = { readonly post: VideoPost; readonly parts: readonly Part[] };

/** Several parts of the post in one rotation batch. */
export function RotateParts({ post: { videoPostId }, parts }: RotatePartsProps) {
  const headingId = useId();
  const [chosen, choose] = useState<readonly string[]>([]);
  const indexes = parts.map(({ fileIndex }) => fileIndex).filter((index) => chosen.includes(String(index)));
  return (
    <section className="card" aria-labelledby={headingId}>
      <h2 id={headingId}>Rotate several parts in one batch</h2>
      <CheckboxGroup aria-labelledby={headingId} className="choices" value={[...chosen]} onChange={choose}>
        {parts.map(({ fileIndex, fileName }) => (
          <CheckboxField key={fileIndex} value={String(fileIndex)}>
            <span dir="auto">{fileName}</span>
          </CheckboxField>
        ))}
      </CheckboxGroup>
      <div className="card-buttons">
        <RotateChosen
          parts={indexes.map((fileIndex) => ({ videoPostId, fileIndex }))}
          what={indexes.length === 1 ? "1 part" : `${indexes.length} parts`}
        />
        <ActionButton onPress={() => choose(parts.map(({ fileIndex }) => String(fileIndex)))}>
          Choose all parts
        </ActionButton>
      </div>
    </section>
  );
}
