import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/admin/diagnostics.ts";
import { type Route, route } from "../../api/route.ts";
import { type DiagnoseDeps, diagnose } from "../../diagnostics/diagnose.ts";
import { probeQueues } from "../../diagnostics/probe-queues.ts";
import { QUEUES } from "../../queues/messages.ts";

/** `/admin/diagnostics`: what `ladderlock doctor` cannot see from outside. */
export const diagnosticsRoutes: readonly Route<DiagnoseDeps>[] = [
  route(define.readDiagnostics, {
    handle: async (deps: DiagnoseDeps) => answer(200, await diagnose(deps)),
  }),
  route(define.probeQueues, {
    asked: () => ({ details: { queues: QUEUES } }),
    handle: async (deps: DiagnoseDeps) => {
      // Taken before the first message: a consumer may be quicker than the last send.
      const sentAt = deps.now();
      return answer(202, { sentAt, refused: await probeQueues(deps) });
    },
  }),
];
