import { FLY_APP, FLY_TOKEN, startFakeFly } from "../../launchers/fly-machines/fake-fly.ts";
import { describeLauncher } from "./describe-launcher.ts";

describeLauncher("Fly Machines", async (start) => {
  const fly = await startFakeFly(start);
  return {
    settings: {
      ...{ LAUNCHER: "fly-machines", FLY_APP, FLY_IMAGE: "registry.fly.io/ladderlock-jobs:1" },
      ...{ FLY_API_TOKEN: FLY_TOKEN, FLY_API_URL: fly.origin },
    },
    loseReply: () => fly.trouble(/^POST/, { kind: "lose-reply" }),
    [Symbol.asyncDispose]: fly[Symbol.asyncDispose],
  };
});
