import * as z from "zod";
import { secret } from "../setting-types.ts";

const name = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "a name: lower-case letters, digits and dashes");

/** The settings of the launcher `kubernetes`. */
export const KUBERNETES_SETTINGS = {
  KUBERNETES_API_URL: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !/[?#]/.test(url), "must have no query")
    .transform((url) => url.replace(/\/+$/, ""))
    .optional()
    .describe("address of the cluster's API, with a certificate that every browser accepts"),
  KUBERNETES_TOKEN: secret(
    z
      .string()
      .regex(/^[\x21-\x7e]+$/, "a token without spaces")
      .optional(),
    "token of the service account `ladderlock-launcher` (`infra/kubernetes/launcher.yaml`)",
  ),
  KUBERNETES_IMAGE: z
    .string()
    .regex(/^[\x21-\x7e]{1,500}$/, "the reference of an image")
    .optional()
    .describe("image of the processor"),
  KUBERNETES_NAMESPACE: name.default("ladderlock").describe("namespace of the Jobs and of their Secret"),
  KUBERNETES_SECRET: name
    .default("ladderlock-processor")
    .describe("Secret with the settings of the processor (`infra/kubernetes/secret.yaml`)"),
};

export type Kubernetes = {
  readonly apiUrl: string;
  readonly token: string;
  readonly image: string;
  readonly namespace: string;
  readonly secret: string;
};

type Given = { readonly [name in keyof typeof KUBERNETES_SETTINGS]?: string | undefined };

/** Throws where the settings were not checked before. */
export function kubernetesSettings(settings: Given): Kubernetes {
  const { KUBERNETES_API_URL: apiUrl, KUBERNETES_TOKEN: token, KUBERNETES_IMAGE: image } = settings;
  const { KUBERNETES_NAMESPACE: namespace, KUBERNETES_SECRET: secretName } = settings;
  if (apiUrl === undefined || token === undefined || image === undefined) throw new Error(MISSING);
  if (namespace === undefined || secretName === undefined) throw new Error(MISSING);
  return { apiUrl, token, image, namespace, secret: secretName };
}

const MISSING = "a setting of Kubernetes is missing";
