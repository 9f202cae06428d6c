import { inject } from "vitest";
import type { SiteAnswer, SiteRequest } from "../../fixtures/webhook-site-types.ts";

/** Of test/fixtures/webhook-site-setup.ts. */
const { origin, controls } = inject("webhookSite");

/** The site of test/fixtures/webhook-site.ts, which other processes serve over real connections. */
export const site = {
  origin,
  /** Forgets its requests, and answers the next ones in this way. */
  answerWith: async (...answers: readonly SiteAnswer[]): Promise<void> => {
    await fetch(controls, { method: "PUT", body: JSON.stringify(answers) });
  },
  requests: async (): Promise<SiteRequest[]> => (await fetch(controls)).json(),
};
