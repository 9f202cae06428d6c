import {
  CLOUD_RUN_JOB,
  CLOUD_RUN_REGIONS,
  GOOGLE_PROJECT,
  startFakeGoogle,
} from "../../launchers/cloud-run/fake-google.ts";
import { describeLauncher } from "./describe-launcher.ts";

describeLauncher("Cloud Run", async (start) => {
  const google = await startFakeGoogle(start);
  return {
    settings: {
      ...{ LAUNCHER: "cloud-run", CLOUD_RUN_PROJECT: GOOGLE_PROJECT, CLOUD_RUN_REGION: CLOUD_RUN_REGIONS[0] },
      ...{ CLOUD_RUN_JOB, CLOUD_RUN_SERVICE_ACCOUNT_KEY: JSON.stringify(google.key), CLOUD_RUN_API_URL: google.origin },
    },
    loseReply: () => google.trouble(/:run$/, { kind: "lose-reply" }),
    [Symbol.asyncDispose]: google[Symbol.asyncDispose],
  };
});
