import { VIDEO_QUALITIES } from "../../../shared/domain/quality.ts";
import * as define from "../../api/definitions/playback.ts";
import { type Route, route } from "../../api/route.ts";
import { type IssueDeps, issueTokenFor } from "../playback/issue-token.ts";

/**
 * `POST /demo/subscriber-token`: the token of a viewer with every entitlement, for anybody. It exists only where
 * DEMO_VIEWERS is "enabled", as `npm start` writes into .dev.vars of this machine.
 */
export const demoTokenRoutes: readonly Route<IssueDeps>[] = [
  route(define.issueDemoToken, {
    handle: async (deps: IssueDeps, { body }) => {
      const viewer = { kind: "viewer", id: "demo-subscriber", entitlements: [...VIDEO_QUALITIES] } as const;
      return issueTokenFor(deps, { ...body, viewer, startSeconds: deps.settings.TOKEN_START_SECONDS });
    },
  }),
];
