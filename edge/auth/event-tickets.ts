import * as z from "zod";
import type { TokenSigner } from "../../shared/playback-token/token-signer.ts";

/** What a ticket opens: the streams that its caller may open, or that of one job. */
export type Ticket = {
  /** The id of the caller who asked for it. */
  readonly callerId: string;
  /** The name of the only job; null for all. */
  readonly jobId: string | null;
  /** In ms. */
  readonly expiresAt: number;
};

/** The text of a ticket: signed, and stored nowhere. */
export interface EventTickets {
  issue(ticket: Ticket): Promise<string>;
  read(text: string, now: number): Promise<Ticket | "expired" | "invalid">;
}

const claimsSchema = z.object({ sub: z.string(), job: z.string().nullable(), exp: z.number() });

export function signedEventTickets(signer: TokenSigner): EventTickets {
  return {
    issue: ({ callerId, jobId, expiresAt }) =>
      signer.sign({ sub: callerId, job: jobId, exp: Math.floor(expiresAt / 1000) }),
    read: async (text, now) => {
      const verified = await signer.verify(text, now / 1000);
      if (verified.kind === "expired") return "expired";
      const claims = verified.kind === "valid" ? claimsSchema.safeParse(verified.payload) : null;
      if (claims?.success !== true) return "invalid";
      const { sub: callerId, job: jobId, exp } = claims.data;
      return { callerId, jobId, expiresAt: exp * 1000 };
    },
  };
}
