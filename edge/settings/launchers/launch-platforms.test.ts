import { describe, expect, it } from "vitest";
import { TEST_SECRETS } from "../../../test/e2e/test-secrets.ts";
import { readSettings } from "../settings.ts";

const REQUIRED = { SESSION_LIMIT_PER_VIEWER: "none", SESSION_BINDING: "none", PUBLIC_UP_TO_LINES: "480" };

const PLATFORMS: readonly (readonly [platform: string, settings: Readonly<Record<string, string>>])[] = [
  [
    "fly-machines",
    { FLY_APP: "ladderlock-jobs", FLY_IMAGE: "registry.fly.io/ladderlock-jobs:1", FLY_API_TOKEN: "FlyV1 fm2_x" },
  ],
  [
    "cloud-run",
    {
      ...{ CLOUD_RUN_PROJECT: "my-films", CLOUD_RUN_REGION: "europe-west4", CLOUD_RUN_JOB: "ladderlock" },
      CLOUD_RUN_SERVICE_ACCOUNT_KEY: JSON.stringify({
        ...{ type: "service_account", client_email: "a@my-films.iam.gserviceaccount.com", private_key_id: "k1" },
        private_key: "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n",
        token_uri: "https://oauth2.googleapis.com/token",
      }),
    },
  ],
  [
    "kubernetes",
    {
      ...{ KUBERNETES_API_URL: "https://cluster.example", KUBERNETES_TOKEN: "eyJ.x.y" },
      KUBERNETES_IMAGE: "registry.example/processor:1",
    },
  ],
];

const settingsWith = (more: Record<string, string>) => readSettings({ ...TEST_SECRETS, ...REQUIRED, ...more });

describe.each(PLATFORMS)("the settings of %s", (LAUNCHER, settings) => {
  it("are complete", () => {
    expect(settingsWith({ LAUNCHER, ...settings })).toMatchObject({ LAUNCHER });
  });

  it.each(Object.keys(settings))("need %s, and are refused by its name without its value", (name) => {
    const { [name]: _, ...others } = settings;
    expect(() => settingsWith({ LAUNCHER, ...others })).toThrow(`${name} is not set`);
    const wrong = "not fit\nfor a header, a name or an address";
    expect(() => settingsWith({ LAUNCHER, ...settings, [name]: wrong })).toThrow(`${name}: `);
    expect(() => settingsWith({ LAUNCHER, ...settings, [name]: wrong })).not.toThrow(wrong);
  });

  it("may be missing while another launcher is chosen", () => {
    expect(settingsWith({})).toMatchObject({ LAUNCHER: "none" });
  });
});
