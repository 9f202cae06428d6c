import { type AccessDoor, identifyByAccess } from "./access-caller.ts";
import { type ApiKeyDoor, identifyByApiKey } from "./api-key-caller.ts";
import type { Identification } from "./caller.ts";
import { identifyByGateway } from "./gateway-caller.ts";

/** Everything by which callers of the administrative API are known. */
export type CallerDoors = {
  readonly gatewaySecret: string | undefined;
  readonly apiKey: ApiKeyDoor;
  /** Null where Cloudflare Access is not set up. */
  readonly access: AccessDoor | null;
};

/**
 * Who calls. The first credentials that are there decide, and when they are no good the request is refused: nobody is
 * somebody else than they said. The gateway comes first, since the Authorization header that it passes on may be for
 * the gateway itself; Access comes last, since a browser that has its cookie cannot leave it out.
 */
export async function identifyCaller(
  doors: CallerDoors,
  request: Request,
  hasEffects: boolean,
  now: number,
  later: (work: Promise<unknown>) => void,
): Promise<Identification> {
  const byGateway = await identifyByGateway(doors.gatewaySecret, request.headers);
  if (byGateway.kind !== "none") return byGateway;
  const byApiKey = await identifyByApiKey(doors.apiKey, request, now, later);
  return byApiKey.kind === "none" ? identifyByAccess(doors.access, request, hasEffects, now) : byApiKey;
}
