import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { Operations } from "../../client/index.ts";
import { answered } from "../api/api-problem.ts";
import { useSession } from "../session/session.tsx";

type Selection = Operations["startRotation"]["input"]["body"]["selection"];
export type ChosenParts = NonNullable<Selection["parts"]>[number];

/** Entries of a selection; the API refuses more. */
export const MOST_CHOSEN = 100;

/** Starts a rotation batch, and leads to its page, which shows the progress. */
export function useStartBatch() {
  const { api } = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async (selection: Selection) => {
      const batch = await answered(api.startRotation({ body: { selection } }));
      if ("dryRun" in batch) throw new Error("the batch was only listed");
      return batch;
    },
    onSuccess: ({ batchId }) => {
      void queries.invalidateQueries({ queryKey: ["rotations"] });
      return navigate({ to: "/rotations/$batchId", params: { batchId } });
    },
  });
}
